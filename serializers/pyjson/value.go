// Package pyjson reads and writes JSON as Python's json module does: the same documents are accepted, the same ones
// refused, with the same sentences and positions, so that clients which look at error texts find what they know.
//
// Strings are kept in WTF-8: a lone surrogate, which Python's str can hold, is the three bytes that UTF-8 would give
// it. Whoever passes strings on has to look for those.
package pyjson

import (
	"strconv"
	"strings"
)

// The values that Decode returns are nil, bool, string, Int, float64, []any and *Object.

// Int is an integer of any size, in decimal digits as Python's str prints it.
type Int string

// Member is one name and its value.
type Member struct {
	Name  string
	Value any
}

// indexFrom is the number of members from which on an Object keeps an index.
const indexFrom = 8

// Object is a JSON object. Its members stand in the order in which their names first appeared.
type Object struct {
	members []Member
	index   map[string]int
}

// Members returns the members in order. The caller must not change them.
func (o *Object) Members() []Member { return o.members }

// Get returns the value of name; ok is false when there is none.
func (o *Object) Get(name string) (value any, ok bool) {
	if i := o.find(name); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// Set gives name the value, and adds it at the end if it is new.
func (o *Object) Set(name string, value any) {
	if i := o.find(name); i >= 0 {
		o.members[i].Value = value
		return
	}
	o.members = append(o.members, Member{name, value})
	switch {
	case o.index != nil:
		o.index[name] = len(o.members) - 1
	case len(o.members) >= indexFrom:
		o.index = make(map[string]int, 2*indexFrom)
		for i, m := range o.members {
			o.index[m.Name] = i
		}
	}
}

func (o *Object) find(name string) int {
	if o.index != nil {
		if i, ok := o.index[name]; ok {
			return i
		}
		return -1
	}
	for i, m := range o.members {
		if m.Name == name {
			return i
		}
	}
	return -1
}

// TypeName is what Python calls the type of v, a value that Decode returned.
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case Int:
		return "int"
	case float64:
		return "float"
	case []any:
		return "list"
	default:
		return "dict"
	}
}

// FormatFloat returns the shortest text for f as Python's repr prints it: "1.5", "1.0", "1e+16", "inf".
func FormatFloat(f float64) string {
	text := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, ok := strings.Cut(text, "e")
	if !ok {
		return strings.ToLower(strings.TrimPrefix(text, "+")) // inf, -inf, nan
	}
	n, err := strconv.Atoi(exponent)
	if err != nil || n < -4 || n >= 16 {
		return mantissa + "e" + exponent
	}
	text = strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
