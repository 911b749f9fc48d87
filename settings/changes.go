package settings

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Changes are settings for a struct that is made after loading, as a copy of another one: a mapping that is looked at
// when it is applied. The zero value changes nothing.
type Changes struct {
	node *yaml.Node
	at   place
}

// Apply fills what c gives into the struct that into points to. Its error is nil or Faults; settings with a fault keep
// their values.
func (c Changes) Apply(into any) error {
	if c.node == nil {
		return nil
	}
	root := reflect.ValueOf(into).Elem()
	l := &loader{report: newReport(), known: leafNames(root, c.at.path)}
	l.group(root, c.at.path, c.node, c.at.origin)
	if len(l.faults) > 0 {
		return l.faults
	}
	return nil
}

// isChanges reports whether t is Changes.
func isChanges(t reflect.Type) bool { return t == reflect.TypeFor[Changes]() }

// changes keeps a mapping for later.
func (l *loader) changes(v reflect.Value, node *yaml.Node, at place) bool {
	if node.Kind != yaml.MappingNode {
		l.fault(at.path, at.origin, "must be a mapping of names to values")
		return false
	}
	v.Set(reflect.ValueOf(Changes{node, at}))
	return true
}

// plain makes of c what the settings file holds.
func (c Changes) plain() any {
	entries := map[string]any{}
	if c.node != nil && c.node.Decode(&entries) != nil {
		return nil
	}
	return entries
}
