package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// object is a mapping that keeps the order in which it was written. Values are *object, []any, and what encoding/json
// writes of itself.
type object struct{ members []member }

type member struct {
	name  string
	value any
}

// get returns what is under name, or nil.
func (o *object) get(name string) any {
	if o == nil {
		return nil
	}
	for _, m := range o.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// below returns the object under name, or nil.
func (o *object) below(name string) *object {
	inner, _ := o.get(name).(*object)
	return inner
}

// text returns the text under name, or "".
func (o *object) text(name string) string {
	text, _ := o.get(name).(string)
	return text
}

// set puts value under name, at the end unless the name is there.
func (o *object) set(name string, value any) {
	for i := range o.members {
		if o.members[i].name == name {
			o.members[i].value = value
			return
		}
	}
	o.members = append(o.members, member{name, value})
}

// take removes what is under name, and returns it.
func (o *object) take(name string) any {
	for i, m := range o.members {
		if m.name == name {
			o.members = append(o.members[:i:i], o.members[i+1:]...)
			return m.value
		}
	}
	return nil
}

// make returns the object under name, which is there from then on.
func (o *object) make(name string) *object {
	inner := o.below(name)
	if inner == nil {
		inner = &object{}
		o.set(name, inner)
	}
	return inner
}

// MarshalJSON writes the members in their order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := write(&b, o)
	return b.Bytes(), err
}

// write writes a tree as JSON, in one pass: encoding/json would look through what each object returns once more.
func write(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case *object:
		b.WriteByte('{')
		for i, m := range v.members {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, m.name); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := write(b, m.value); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	text, err := json.Marshal(v)
	b.Write(text)
	return err
}

// parse reads YAML. Nothing of the tree is shared: every alias is a copy.
func parse(data []byte) (*object, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("not a mapping")
	}
	tree, err := convert(document.Content[0])
	if err != nil {
		return nil, err
	}
	return tree.(*object), nil
}

func convert(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.AliasNode:
		return convert(n.Alias)
	case yaml.MappingNode:
		return convertMapping(n)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			value, err := convert(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	default:
		var value any
		err := n.Decode(&value)
		return value, err
	}
}

func convertMapping(n *yaml.Node) (*object, error) {
	o := &object{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		value, err := convert(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		if merged, ok := value.(*object); ok && name == "<<" {
			for _, m := range merged.members {
				o.set(m.name, m.value)
			}
			continue
		}
		o.set(name, value)
	}
	return o, nil
}

// reference points to a component.
func reference(kind, name string) *object {
	return &object{[]member{{"$ref", "#/components/" + kind + "/" + name}}}
}

// texts returns the items of a list that are texts.
func texts(list any) []string {
	items, _ := list.([]any)
	var out []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}
