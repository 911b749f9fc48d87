package jwt

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// member is one name and value of a JSON object; the value is JSON text.
type member struct{ name, value string }

// claims are the members of a payload in their order on the wire. Values stay JSON text, so that a claim that is passed
// on from token to token keeps its exact form.
type claims []member

// get returns the JSON text of a claim.
func (c claims) get(name string) (value string, ok bool) {
	for i := range c {
		if c[i].name == name {
			return c[i].value, true
		}
	}
	return "", false
}

// with returns c with the claim set: in its old place, or at the end.
func (c claims) with(name, value string) claims {
	for i := range c {
		if c[i].name == name {
			c[i].value = value
			return c
		}
	}
	return append(c, member{name, value})
}

// clone returns a copy with room for a few more claims.
func (c claims) clone() claims { return slices.Grow(slices.Clone(c), 4) }

// appendTo writes c as a JSON object without spaces.
func (c claims) appendTo(b []byte) []byte {
	b = append(b, '{')
	for i, m := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, m.name)
		b = append(b, ':')
		b = append(b, m.value...)
	}
	return append(b, '}')
}

// quoted is text as a JSON string.
func quoted(text string) string { return string(appendQuoted(nil, text)) }

// number is n as JSON.
func number(n int64) string { return strconv.FormatInt(n, 10) }

// appendQuoted writes text as the JSON string that Python's json.dumps makes of it: everything beyond ASCII escaped.
func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r >= ' ' && r < utf8.RuneSelf:
			b = append(b, byte(r))
		default:
			b = appendEscaped(b, r)
		}
	}
	return append(b, '"')
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case '\f':
		return append(b, `\f`...)
	case '\b':
		return append(b, `\b`...)
	}
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return appendUnit(appendUnit(b, high), low)
	}
	return appendUnit(b, r)
}

func appendUnit(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// decode returns the claims as Go values: texts, int64 for whole numbers that fit, float64 for others, booleans, nil,
// lists and maps.
func (c claims) decode() map[string]any {
	values := make(map[string]any, len(c))
	for _, m := range c {
		values[m.name] = decodeValue(m.value)
	}
	return values
}

func decodeValue(value string) any {
	if s, ok := text(value); ok {
		return s
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n
	}
	var v any
	if err := json.Unmarshal([]byte(value), &v); err != nil {
		return nil // a number beyond float64; everything else was checked when the token was parsed
	}
	return v
}
