package settings

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"watchword/secretfile"
)

const (
	levelSeparator = "__"
	fileSuffix     = "_FILE"
)

// variable is an environment variable that may be a setting.
type variable struct{ name, rest, text string } // rest is the name without the prefix

// loadEnviron reads the variables that begin with prefix, in alphabetical order, so that a group comes before its parts.
func (l *loader) loadEnviron(root reflect.Value, environ []string, prefix string) {
	given := map[string]string{}
	for _, v := range variables(environ, prefix) {
		origin := Origin{Kind: Environment, Name: v.name}
		t, ok := lookUp(root, v.rest)
		if !ok {
			if t, ok = lookUp(root, strings.TrimSuffix(v.rest, fileSuffix)); ok {
				origin.Kind = SecretFile
			}
		}
		if !ok {
			l.unknown(t.path, t.missing, t.siblings, origin)
			continue
		}
		full := join(t.path, t.field.name)
		if other, twice := given[full]; twice {
			l.fault(full, Origin{}, "is given by both "+other+" and "+v.name+"; keep one of them")
			continue
		}
		given[full] = v.name
		l.variable(t, full, v.text, origin)
	}
}

// variables picks the variables that begin with prefix and sorts them.
func variables(environ []string, prefix string) []variable {
	var list []variable
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" {
			list = append(list, variable{name, rest, text})
		}
	}
	slices.SortFunc(list, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return list
}

// target is what the name of a variable leads to: a field, or the place where the path ends.
type target struct {
	field    field
	path     string // of the group that the field is in
	missing  string // the part of the name that the group does not have
	siblings []string
}

// lookUp follows a name such as SIMPLE_JWT__ALGORITHM. Upper and lower case are the same where that is not ambiguous.
func lookUp(root reflect.Value, name string) (target, bool) {
	t := target{}
	v := root
	for {
		part, rest, deeper := strings.Cut(name, levelSeparator)
		fields := fieldsOf(v)
		f, ok := find(fields, part, false)
		if !ok {
			f, ok = find(fields, part, true)
		}
		if !ok || deeper && !isGroup(f.value.Type()) {
			t.missing, t.siblings = strings.ReplaceAll(name, levelSeparator, "."), names(fields)
			return t, false
		}
		if !deeper {
			t.field = f
			return t, true
		}
		t.path, v, name = join(t.path, f.name), f.value, rest
	}
}

// variable reads the text of an environment variable, or the file that it names, into the field.
func (l *loader) variable(t target, full, text string, origin Origin) {
	if origin.Kind == SecretFile {
		var err error
		if text, err = ReadSecretFile(text); err != nil {
			l.fault(full, origin, err.Error())
			return
		}
	}
	node, err := parseText(t.field.value.Type(), text)
	if err != nil {
		l.fault(full, origin, "must be a "+typeName(t.field.value.Type())+", written as JSON")
		return
	}
	l.member(t.field, t.path, node, origin)
}

// parseText makes of a variable's text what would stand in a file: by the type of the setting, so that no quotes are
// needed around text, and lists may be separated by commas.
func parseText(t reflect.Type, text string) (*yaml.Node, error) {
	scalar := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	switch {
	case isDuration(t), readsText(t), t.Kind() == reflect.String:
		return scalar, nil
	case t.Kind() == reflect.Pointer:
		if text == "" || text == "null" {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, nil
		}
		return parseText(t.Elem(), text)
	case t.Kind() == reflect.Bool:
		return parseBool(scalar), nil
	case t.Kind() == reflect.Slice && !strings.HasPrefix(strings.TrimSpace(text), "["):
		return splitList(t, text)
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Map, t.Kind() == reflect.Struct, t.Kind() == reflect.Interface:
		node, err := parseYAML([]byte(text))
		if node == nil {
			return scalar, err
		}
		return node, err
	default:
		scalar.Tag = "!!int"
		return scalar, nil
	}
}

// parseBool reads the ways in which shells and other programs write truth values.
func parseBool(node *yaml.Node) *yaml.Node {
	switch strings.ToLower(node.Value) {
	case "1", "true", "yes", "on":
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
	case "0", "false", "no", "off":
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
	}
	return node
}

// splitList reads a list that is separated by commas. Empty text is the empty list.
func splitList(t reflect.Type, text string) (*yaml.Node, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		node, err := parseText(t.Elem(), item)
		if err != nil {
			return nil, err
		}
		list.Content = append(list.Content, node)
	}
	return list, nil
}

// ReadSecretFile returns the text of a file that holds a secret, without one line end at its end. A file that
// secretfile.Check has something against is refused.
func ReadSecretFile(name string) (string, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("there is no file " + name)
	}
	if err != nil {
		return "", err
	}
	if err := secretfile.Check(name, info.Mode()); err != nil {
		return "", err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(string(data), "\n")
	return strings.TrimSuffix(text, "\r"), nil
}
