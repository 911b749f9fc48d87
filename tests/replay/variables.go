package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
)

var variable = regexp.MustCompile(`\$\{(\w+)\}`)

// variables are the values that ${NAME} stands for.
type variables map[string]string

// expand replaces ${NAME} in s; names without a value stay as they are.
func (v variables) expand(s string) string {
	return variable.ReplaceAllStringFunc(s, func(found string) string {
		if value, ok := v[found[2:len(found)-1]]; ok {
			return value
		}
		return found
	})
}

// expandAll replaces ${NAME} in every string of a decoded JSON value, names of objects included.
func (v variables) expandAll(x any) any {
	switch x := x.(type) {
	case string:
		return v.expand(x)
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = v.expandAll(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, item := range x {
			out[v.expand(key)] = v.expandAll(item)
		}
		return out
	}
	return x
}

// decode reads raw into target after replacing the variables in it. Absent (empty) raw leaves target alone.
func (v variables) decode(raw json.RawMessage, target any) error {
	if len(raw) == 0 {
		return nil
	}
	value, err := decodeJSON(raw)
	if err != nil {
		return err
	}
	expanded, err := json.Marshal(v.expandAll(value))
	if err != nil {
		return err
	}
	return json.Unmarshal(expanded, target)
}

// Expand replaces one variable in raw JSON: a transcript's settings name the address of its stub so.
func Expand(raw json.RawMessage, name, value string) (json.RawMessage, error) {
	var out json.RawMessage
	err := variables{name: value}.decode(raw, &out)
	return out, err
}

// Uses lists the variables that a step's request mentions.
func (s *Step) Uses() []string {
	var names []string
	for _, m := range variable.FindAllSubmatch(s.Request, -1) {
		names = append(names, string(m[1]))
	}
	return names
}

// decodeJSON reads exactly one JSON value; numbers keep their digits.
func decodeJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("text after the JSON value")
	}
	return x, nil
}
