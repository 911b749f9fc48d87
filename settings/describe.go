package settings

import (
	"encoding"
	"encoding/json"
	"reflect"
	"time"
)

// Mask stands for the value of a secret that is set.
const Mask = "********"

// Field describes one setting.
type Field struct {
	Name   string // dotted: "SIMPLE_JWT.ALGORITHM"
	Type   string // in words: "duration", "list of texts"
	Value  string // as JSON, durations as in FormatDuration; Mask for a secret that is set
	Help   string
	Secret bool
}

// Describe returns the settings in v, a struct or a pointer to one, in the order of their declaration, with the values
// that they have in v.
func Describe(v any) []Field {
	return describe(reflect.Indirect(reflect.ValueOf(v)), "")
}

func describe(v reflect.Value, path string) []Field {
	var list []Field
	for _, f := range fieldsOf(v) {
		full := join(path, f.name)
		if isGroup(f.value.Type()) {
			list = append(list, describe(f.value, full)...)
			continue
		}
		list = append(list, Field{
			Name:   full,
			Type:   typeName(f.value.Type()),
			Value:  format(f.value, f.secret),
			Help:   f.help,
			Secret: f.secret,
		})
	}
	return list
}

// leafNames returns the dotted names of all settings in v.
func leafNames(v reflect.Value, path string) []string {
	fields := describe(v, path)
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Name
	}
	return list
}

// format writes a value for people, without giving away a secret.
func format(v reflect.Value, secret bool) string {
	if secret && !v.IsZero() {
		return Mask
	}
	text, err := json.Marshal(plain(v))
	if err != nil {
		return "?"
	}
	return string(text)
}

// plain makes of v what JSON would hold in the settings file.
func plain(v reflect.Value) any {
	switch t := v.Type(); {
	case isDuration(t):
		return FormatDuration(time.Duration(v.Int()))
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return v.Interface()
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case isChanges(t):
		return v.Interface().(Changes).plain()
	case takesOne(t) && v.Len() == 1:
		return plain(v.Index(0))
	case v.Kind() == reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case v.Kind() == reflect.Map:
		entries := map[string]any{}
		for key, value := range v.Seq2() {
			entries[key.String()] = plain(value)
		}
		return entries
	case isGroup(t):
		return plainRecord(v)
	}
	return v.Interface()
}

// plainRecord makes a mapping of a struct inside a list or map, leaving out what is not set.
func plainRecord(v reflect.Value) any {
	entries := map[string]any{}
	for _, f := range fieldsOf(v) {
		switch {
		case f.value.IsZero():
		case f.secret:
			entries[f.name] = Mask
		default:
			entries[f.name] = plain(f.value)
		}
	}
	return entries
}
