package serializers

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"watchword/serializers/pyjson"
)

// The sentences of a text field that are not those of a rule.
const (
	requiredMessage = "This field is required."
	nullMessage     = "This field may not be null."
	blankMessage    = "This field may not be blank."
	invalidMessage  = "Not a valid string."
)

// Char is a text field. Reading a request leaves it alone when the field is absent.
type Char struct {
	Text  string
	Given bool // the request named the field
}

// Text returns a Char to be written.
func Text(text string) Char { return Char{Text: text} }

// MarshalJSON writes the text.
func (c Char) MarshalJSON() ([]byte, error) { return pyjson.Marshal(c.Text, 0) }

// read takes v, the value that the request has for f, and returns the messages about it.
//
// Source: rest_framework.fields.CharField.run_validation.
func (c *Char) read(v any, f *Field) []string {
	text, ok := asText(v)
	switch {
	case v == nil:
		return []string{nullMessage}
	case !ok:
		return []string{f.invalidMessage()}
	}
	trimmed := strings.TrimFunc(text, isSpace)
	if text == "" || trimmed == "" && (f.BlankSpace || !f.KeepSpaces) {
		if !f.AllowBlank {
			return []string{f.blankMessage()}
		}
		*c = Char{Given: true}
		return nil
	}
	if !f.KeepSpaces {
		text = trimmed
	}
	*c = Char{Text: text, Given: true}
	return f.check(text)
}

// asText returns strings as they are and numbers as Python prints them; other types are no text.
func asText(v any) (text string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case pyjson.Int:
		return string(v), true
	case float64:
		return pyjson.FormatFloat(v), true
	}
	return "", false
}

// isSpace is Python's str.isspace.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F }

// surrogates returns the lone surrogates in text, which is WTF-8.
func surrogates(text string) []rune {
	if utf8.ValidString(text) {
		return nil
	}
	var found []rune
	for i := 0; i+2 < len(text); i++ {
		if text[i] == 0xED && text[i+1] >= 0xA0 {
			found = append(found, 0xD000|rune(text[i+1]&0x3F)<<6|rune(text[i+2]&0x3F))
		}
	}
	return found
}

// codePoints is the length of text, which is WTF-8.
func codePoints(text string) int { return utf8.RuneCountInString(text) - 2*len(surrogates(text)) }
