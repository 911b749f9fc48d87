package openapi

import (
	"encoding/json"
	"slices"
	"strings"
)

// schema is a schema as the page shows it.
type schema struct {
	Description string
	Type        []part
	Properties  []property
}

type namedSchema struct {
	Name    string
	Schema  *schema
	Example string
}

type property struct {
	Name, Description string
	Required          bool
	Type              []part
}

// part is a part of the name of a type: a text, or the name of a schema that there is a link to.
type part struct{ Text, Link string }

func schemaOf(tree *object) *schema {
	out := &schema{Description: tree.text("description"), Type: typeOf(tree)}
	required := texts(tree.get("required"))
	for _, p := range tree.below("properties").all() {
		inner := p.value.(*object)
		out.Properties = append(out.Properties, property{
			Name: p.name, Description: inner.text("description"), Required: slices.Contains(required, p.name),
			Type: typeOf(inner),
		})
	}
	return out
}

// typeOf says in short what a schema allows.
func typeOf(tree *object) []part {
	if path, ok := strings.CutPrefix(tree.text("$ref"), "#/components/schemas/"); ok {
		return []part{{Link: path}}
	}
	for name, word := range map[string]string{"anyOf": " or ", "allOf": " and "} {
		if variants, ok := tree.get(name).([]any); ok {
			return joined(variants, word)
		}
	}
	if items := tree.below("items"); items != nil {
		return append([]part{{Text: "list of "}}, typeOf(items)...)
	}
	return []part{{Text: plainType(tree)}}
}

// joined says what several schemas allow.
func joined(variants []any, word string) []part {
	var out []part
	for i, variant := range variants {
		if i > 0 {
			out = append(out, part{Text: word})
		}
		out = append(out, typeOf(variant.(*object))...)
	}
	return out
}

func plainType(tree *object) string {
	switch {
	case tree.get("const") != nil:
		return written(tree.get("const"))
	case tree.get("enum") != nil:
		var values []string
		for _, value := range tree.get("enum").([]any) {
			values = append(values, written(value))
		}
		return strings.Join(values, " or ")
	case tree.text("type") == "object":
		return objectType(tree)
	case tree.text("type") != "":
		return strings.TrimSpace(tree.text("type") + " " + tree.text("format"))
	case len(texts(tree.get("type"))) > 0:
		return strings.Join(texts(tree.get("type")), " or ")
	}
	return "anything"
}

func objectType(tree *object) string {
	var names []string
	for _, p := range tree.below("properties").all() {
		names = append(names, p.name)
	}
	if len(names) == 0 {
		return "object"
	}
	return "object with " + strings.Join(names, ", ")
}

func written(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
