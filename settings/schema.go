package settings

import (
	"encoding"
	"reflect"
	"strings"
	"time"
)

// field is a member of a struct that is a setting, or a group of settings.
type field struct {
	name   string // the last part of the dotted name
	help   string
	secret bool
	value  reflect.Value
}

// fieldsOf returns the settings of the struct v in the order of their declaration, those of inlined structs included.
func fieldsOf(v reflect.Value) []field {
	var fields []field
	for i := range v.NumField() {
		member := v.Type().Field(i)
		tag, tagged := member.Tag.Lookup("setting")
		switch {
		case tag == ",inline", !tagged && member.Anonymous && member.Type.Kind() == reflect.Struct:
			fields = append(fields, fieldsOf(v.Field(i))...)
		case tag != "" && tag != "-" && member.IsExported():
			fields = append(fields, field{
				name:   tag,
				help:   member.Tag.Get("help"),
				secret: member.Tag.Get("secret") == "true",
				value:  v.Field(i),
			})
		}
	}
	return fields
}

// find returns the field of the given name; with fold, upper and lower case are the same.
func find(fields []field, name string, fold bool) (field, bool) {
	for _, f := range fields {
		if f.name == name || fold && strings.EqualFold(f.name, name) {
			return f, true
		}
	}
	return field{}, false
}

// isGroup reports whether a value of type t is a mapping of settings rather than one value.
func isGroup(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !readsText(t) && len(fieldsOf(reflect.New(t).Elem())) > 0
}

// readsText reports whether t reads itself from text.
func readsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// isDuration reports whether t is time.Duration.
func isDuration(t reflect.Type) bool { return t == reflect.TypeFor[time.Duration]() }

// names returns the names of the fields.
func names(fields []field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.name
	}
	return list
}

// join makes a dotted name.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
