package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// syntaxError is a file that cannot be read as YAML or JSON.
type syntaxError struct {
	line    int // 0 when unknown
	problem string
}

func (e *syntaxError) Error() string { return e.problem }

// readFile returns the single document in the file, or nil when it is empty.
func readFile(name string) (*yaml.Node, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no such settings file")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if isJSON(name, data) {
		return parseJSON(data)
	}
	return parseYAML(data)
}

// isJSON decides between the two formats, see Sources.File.
func isJSON(name string, data []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return true
	case ".yaml", ".yml":
		return false
	}
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

// parseYAML returns the only document in data, or nil when there is none.
func parseYAML(data []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, yamlSyntax(err)
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, &syntaxError{line: second.Line, problem: "holds more than one document"}
	}
	return doc.Content[0], nil
}

// yamlSyntax takes the library's words apart: "yaml: line 3: did not find expected key".
func yamlSyntax(err error) error {
	parts := regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`).FindStringSubmatch(err.Error())
	if parts == nil {
		return &syntaxError{problem: "is not YAML"}
	}
	line, _ := strconv.Atoi(parts[1])
	return &syntaxError{line: line, problem: "is not YAML: " + parts[2]}
}

// parseJSON reads JSON into the same tree as YAML. JSON is read by its own rules because YAML knows no surrogate pairs.
func parseJSON(data []byte) (*yaml.Node, error) {
	r := &jsonReader{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	node, err := r.value()
	if err == nil {
		if _, end := r.dec.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("more text after the value")
		}
	}
	if err != nil {
		return nil, r.syntax(err)
	}
	return node, nil
}

// jsonReader turns JSON tokens into nodes with line numbers.
type jsonReader struct {
	data []byte
	dec  *json.Decoder
}

// syntax gives err its place in the text.
func (r *jsonReader) syntax(err error) error {
	offset := r.dec.InputOffset()
	var at *json.SyntaxError
	if errors.As(err, &at) {
		offset = at.Offset
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return &syntaxError{line: r.line(offset), problem: "is not JSON: " + err.Error()}
}

// line returns the line that the byte at offset is in.
func (r *jsonReader) line(offset int64) int {
	return 1 + bytes.Count(r.data[:min(offset, int64(len(r.data)))], []byte("\n"))
}

// value reads one value of any kind.
func (r *jsonReader) value() (*yaml.Node, error) {
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	node := &yaml.Node{Line: r.line(r.dec.InputOffset())}
	switch token := token.(type) {
	case json.Delim:
		return node, r.children(node, token)
	case string:
		node.Kind, node.Tag, node.Value = yaml.ScalarNode, "!!str", token
	case json.Number:
		node.Kind, node.Tag, node.Value = yaml.ScalarNode, numberTag(token.String()), token.String()
	case bool:
		node.Kind, node.Tag, node.Value = yaml.ScalarNode, "!!bool", strconv.FormatBool(token)
	default:
		node.Kind, node.Tag, node.Value = yaml.ScalarNode, "!!null", "null"
	}
	return node, nil
}

// children reads the members of a list or mapping up to its end.
func (r *jsonReader) children(node *yaml.Node, open json.Delim) error {
	node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	if open == '{' {
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	}
	for r.dec.More() {
		child, err := r.value()
		if err != nil {
			return err
		}
		node.Content = append(node.Content, child)
	}
	_, err := r.dec.Token()
	return err
}

// numberTag tells whole numbers from others.
func numberTag(text string) string {
	if strings.ContainsAny(text, ".eE") {
		return "!!float"
	}
	return "!!int"
}
