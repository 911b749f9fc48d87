package settings

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// place is what is being decoded: for words about it, and for its provenance.
type place struct {
	path   string
	origin Origin
	secret bool // its value must not be repeated
}

// group reads a mapping into the settings of the struct v. What it does not mention keeps its value.
func (l *loader) group(v reflect.Value, path string, node *yaml.Node, origin Origin) {
	fields := fieldsOf(v)
	for name, child := range l.pairs(path, node, origin) {
		at := origin.at(child)
		f, ok := find(fields, name, false)
		if !ok {
			l.unknown(path, name, names(fields), at)
			continue
		}
		l.member(f, path, child, at)
	}
}

// member reads node into the field f of the group at path.
func (l *loader) member(f field, path string, node *yaml.Node, origin Origin) {
	full := join(path, f.name)
	node = resolve(node)
	switch {
	case !isGroup(f.value.Type()):
		fresh := reflect.New(f.value.Type()).Elem()
		if l.value(fresh, node, place{path: full, origin: origin, secret: f.secret}) {
			f.value.Set(fresh)
			l.report.origins[full] = origin
		}
	case isNull(node):
	case node.Kind != yaml.MappingNode:
		l.fault(full, origin, "must be a mapping of names to values")
	default:
		l.group(f.value, full, node, origin)
	}
}

// pairs yields the names and values of a mapping and records names that are no text or that come twice.
func (l *loader) pairs(path string, node *yaml.Node, origin Origin) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		seen := map[string]bool{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := resolve(node.Content[i])
			if key.Kind != yaml.ScalarNode {
				l.fault(path, origin.at(key), "has a name that is not text")
				continue
			}
			if seen[key.Value] {
				l.fault(join(path, key.Value), origin.at(key), "is given twice")
				continue
			}
			seen[key.Value] = true
			if !yield(key.Value, node.Content[i+1]) {
				return
			}
		}
	}
}

// value reads node into v, whose value is fresh, and reports whether it was without fault. Null is the zero value.
func (l *loader) value(v reflect.Value, node *yaml.Node, at place) bool {
	node = resolve(node)
	at.origin = at.origin.at(node)
	if isNull(node) {
		return true
	}
	switch t := v.Type(); {
	case isDuration(t), readsText(t):
		return l.scalar(v, node, at)
	case isChanges(t):
		return l.changes(v, node, at)
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		return l.value(v.Elem(), node, at)
	case t.Kind() == reflect.Slice:
		return l.list(v, node, at)
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		return l.mapping(v, node, at)
	case isGroup(t):
		return l.record(v, node, at)
	case t.Kind() == reflect.Interface:
		return l.anything(v, node, at)
	default:
		return l.scalar(v, node, at)
	}
}

// list reads a sequence into the slice v.
func (l *loader) list(v reflect.Value, node *yaml.Node, at place) bool {
	if node.Kind == yaml.ScalarNode && takesOne(v.Type()) {
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return l.value(v.Index(0), node, at)
	}
	if node.Kind != yaml.SequenceNode {
		l.fault(at.path, at.origin, "must be a "+typeName(v.Type()))
		return false
	}
	ok := true
	v.Set(reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content)))
	for i, child := range node.Content {
		item := at
		item.path = fmt.Sprintf("%s[%d]", at.path, i)
		ok = l.value(v.Index(i), child, item) && ok
	}
	return ok
}

// mapping reads a mapping into the map v.
func (l *loader) mapping(v reflect.Value, node *yaml.Node, at place) bool {
	if node.Kind != yaml.MappingNode {
		l.fault(at.path, at.origin, "must be a "+typeName(v.Type()))
		return false
	}
	before := len(l.faults)
	v.Set(reflect.MakeMap(v.Type()))
	for name, child := range l.pairs(at.path, node, at.origin) {
		entry := at
		entry.path = join(at.path, name)
		value := reflect.New(v.Type().Elem()).Elem()
		l.value(value, child, entry)
		v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), value)
	}
	return len(l.faults) == before
}

// record reads a mapping into a struct inside a list or map.
func (l *loader) record(v reflect.Value, node *yaml.Node, at place) bool {
	if node.Kind != yaml.MappingNode {
		l.fault(at.path, at.origin, "must be a mapping of names to values")
		return false
	}
	before := len(l.faults)
	l.group(v, at.path, node, at.origin)
	return len(l.faults) == before
}

// anything reads a value whose type the program does not fix.
func (l *loader) anything(v reflect.Value, node *yaml.Node, at place) bool {
	var value any
	if err := node.Decode(&value); err != nil {
		l.fault(at.path, at.origin, "cannot be read")
		return false
	}
	v.Set(reflect.ValueOf(value))
	return true
}

// scalar reads a single value.
func (l *loader) scalar(v reflect.Value, node *yaml.Node, at place) bool {
	if node.Kind == yaml.ScalarNode && fits(v.Type(), node) {
		err := setText(v, node.Value)
		if err == nil {
			return true
		}
		if readsText(v.Type()) && !at.secret {
			l.fault(at.path, at.origin, err.Error())
			return false
		}
	}
	l.fault(at.path, at.origin, "must be "+expectation(v.Type())+found(node, at))
	return false
}

// fits reports whether the notation of node is one for values of type t: text is not taken for a truth value, and
// numbers are not taken for text.
func fits(t reflect.Type, node *yaml.Node) bool {
	tag := node.ShortTag()
	switch {
	case isDuration(t):
		return tag == "!!int" || tag == "!!float" || tag == "!!str"
	case readsText(t):
		return true
	case t.Kind() == reflect.String:
		return tag == "!!str" || tag == "!!timestamp"
	case t.Kind() == reflect.Bool:
		return tag == "!!bool"
	default:
		return tag == "!!int" || tag == "!!float"
	}
}

// setText reads text into v, whose type is a scalar one.
func setText(v reflect.Value, text string) error {
	switch t := v.Type(); {
	case isDuration(t):
		d, err := ParseDuration(text)
		v.SetInt(int64(d))
		return err
	case readsText(t):
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, t.Bits())
		v.SetInt(n)
		return err
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, t.Bits())
		v.SetUint(n)
		return err
	case v.CanFloat():
		f, err := strconv.ParseFloat(text, t.Bits())
		v.SetFloat(f)
		return err
	}
	return fmt.Errorf("a %s is no setting", v.Type())
}

// resolve follows an alias to the node it stands for.
func resolve(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

// isNull reports whether node is null, as an empty value in YAML is.
func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" }
