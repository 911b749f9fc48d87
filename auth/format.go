package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// format is a text with named fields, such as "Hello {username}".
type format []piece

// piece is a literal text, or the name of a field.
type piece struct{ literal, field string }

// parseFormat reads a text in which {name} stands for the field of that name, {{ for { and }} for }. It refuses names
// other than fields, and what else Python can write in braces.
//
// Source: Python's str.format.
func parseFormat(text string, fields ...string) (format, error) {
	var f format
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			return append(f, piece{literal: text}), nil
		}
		f = append(f, piece{literal: text[:i]})
		brace, rest := text[i:i+1], text[i+1:]
		if strings.HasPrefix(rest, brace) {
			f, text = append(f, piece{literal: brace}), rest[1:]
			continue
		}
		name, rest, closed := strings.Cut(rest, "}")
		switch {
		case brace == "}" || !closed:
			return nil, errors.New("has a single brace; double it to mean a brace")
		case !slices.Contains(fields, name):
			return nil, fmt.Errorf("has {%s}; there are {%s} only", name, strings.Join(fields, "} and {"))
		}
		f, text = append(f, piece{field: name}), rest
	}
	return f, nil
}

// fill puts values in the places of the fields.
func (f format) fill(values map[string]string) string {
	var b strings.Builder
	for _, p := range f {
		b.WriteString(p.literal)
		b.WriteString(values[p.field])
	}
	return b.String()
}
