package openapi

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// resolver makes of a tree what holds under some settings.
type resolver struct {
	facts   Facts
	columns *object           // the fields that x-fields picks from
	texts   map[string]string // what ${…} stands for
}

// resolve returns what a document says under facts.
func resolve(document *object, facts Facts, columns *object) (*object, error) {
	value, _, err := resolver{facts: facts, columns: columns, texts: facts.Texts}.value(document)
	if err != nil {
		return nil, err
	}
	return value.(*object), nil
}

// value returns what v becomes; false if nothing.
func (r resolver) value(v any) (any, bool, error) {
	switch v := v.(type) {
	case *object:
		return r.object(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			out, holds, err := r.value(item)
			if err != nil {
				return nil, false, err
			}
			if holds {
				list = append(list, out)
			}
		}
		return list, true, nil
	case string:
		text, err := r.expand(v)
		return text, true, err
	}
	return v, true, nil
}

func (r resolver) object(o *object) (any, bool, error) {
	if !r.holds(o.get("x-when")) {
		return nil, false, nil
	}
	if value := o.get("x-value"); value != nil {
		return r.value(value)
	}
	if variants, ok := o.get("x-first").([]any); ok {
		return r.first(variants)
	}
	if list := o.text("x-fields"); list != "" {
		return r.fields(o, r.facts.Lists[list])
	}
	out := &object{}
	for _, m := range o.members {
		if m.name == "x-when" || m.name == "x-each" {
			continue
		}
		if err := r.member(out, m); err != nil {
			return nil, false, err
		}
	}
	return out, true, nil
}

// member adds to out what m becomes: nothing, one member or, by x-each, several.
func (r resolver) member(out *object, m member) error {
	each := ""
	if o, ok := m.value.(*object); ok {
		each = o.text("x-each")
	}
	if each == "" {
		return r.single(out, m)
	}
	for i, item := range r.facts.Lists[each] {
		inner := r
		inner.texts = maps.Clone(r.texts)
		inner.texts[each], inner.texts[each+"#"] = item, strconv.Itoa(i+1)
		if err := inner.single(out, m); err != nil {
			return err
		}
	}
	return nil
}

func (r resolver) single(out *object, m member) error {
	value, holds, err := r.value(m.value)
	if err != nil || !holds {
		return err
	}
	name, err := r.expand(m.name)
	if err != nil {
		return err
	}
	if out.get(name) != nil {
		return fmt.Errorf("%q is there twice", name)
	}
	out.set(name, value)
	return nil
}

// first returns the first of variants that holds.
func (r resolver) first(variants []any) (any, bool, error) {
	for _, variant := range variants {
		if value, holds, err := r.value(variant); holds || err != nil {
			return value, holds, err
		}
	}
	return nil, false, nil
}

// fields makes of o the schema of an object with these columns and no others.
func (r resolver) fields(o *object, names []string) (any, bool, error) {
	properties, required := &object{}, []any{}
	for _, name := range names {
		column := r.columns.get(name)
		if column == nil {
			column = &object{} // of a user model that is not Django's own
		}
		properties.set(name, column)
		required = append(required, name)
	}
	return &object{[]member{
		{"description", o.text("description")}, {"type", "object"}, {"required", required},
		{"additionalProperties", false}, {"properties", properties},
	}}, true, nil
}

// holds reports whether a condition does: the name of a flag, with ! before it for the opposite, or a list of which all
// have to hold.
func (r resolver) holds(condition any) bool {
	switch condition := condition.(type) {
	case nil:
		return true
	case string:
		name, negated := strings.CutPrefix(condition, "!")
		return r.facts.Flags[name] != negated
	case []any:
		return !slices.ContainsFunc(condition, func(each any) bool { return !r.holds(each) })
	}
	return false
}

var placeholder = regexp.MustCompile(`\$\{[^}]*\}`)

// expand replaces ${NAME} by the text of that name.
func (r resolver) expand(text string) (string, error) {
	if !strings.Contains(text, "${") {
		return text, nil
	}
	var unknown error
	out := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-1]
		value, ok := r.texts[name]
		if !ok {
			unknown = fmt.Errorf("nothing is known of ${%s}", name)
		}
		return value
	})
	return out, unknown
}
