package settings

import (
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// maxShown is how much of a wrong value is repeated, in bytes.
const maxShown = 40

// typeName names a type for people who write settings.
func typeName(t reflect.Type) string {
	switch {
	case isDuration(t):
		return "duration"
	case readsText(t):
		return "text"
	case takesOne(t):
		return typeName(t.Elem()) + " or list of " + plural(t.Elem())
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem()) + " or null"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Slice:
		return "list of " + plural(t.Elem())
	case reflect.Map:
		return "mapping of names to " + plural(t.Elem())
	case reflect.Struct:
		return "mapping"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Interface:
		return "any value"
	default:
		return "whole number"
	}
}

// plural names many values of a type.
func plural(t reflect.Type) string {
	if takesOne(t) {
		return plural(t.Elem()) + " or lists of " + plural(t.Elem())
	}
	switch name := typeName(t); name {
	case "text":
		return "texts"
	case "any value", "true or false":
		return "values"
	default:
		return name + "s"
	}
}

// expectation completes the sentence "it must be …" for a scalar type.
func expectation(t reflect.Type) string {
	switch {
	case isDuration(t):
		return `a number of seconds or a duration such as "90s", "10m", "12h" or "14d"`
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String, readsText(t):
		return "text"
	default:
		return "a " + typeName(t)
	}
}

// found says what was there instead, unless that is a secret.
func found(node *yaml.Node, at place) string {
	switch {
	case node.Kind == yaml.SequenceNode:
		return ", not a list"
	case node.Kind == yaml.MappingNode:
		return ", not a mapping"
	case at.secret:
		return ""
	case len(node.Value) > maxShown:
		return ", not " + strconv.Quote(node.Value[:maxShown]) + "…"
	case at.origin.Kind == File && node.ShortTag() != "!!str":
		return ", not " + node.Value + " (put text that looks like something else in quotes)"
	}
	return ", not " + strconv.Quote(node.Value)
}
