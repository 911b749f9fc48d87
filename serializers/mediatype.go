package serializers

import (
	"net/url"
	"strings"
)

// MediaType is a media type or range as headers carry it. Type and Subtype are lower case.
type MediaType struct {
	Type, Subtype string
	Params        []Param
}

// Param is a parameter of a media type. Name is lower case.
type Param struct{ Name, Value string }

// ParseMediaType reads a media type. It takes whatever comes: "garbage" has no Subtype, "" has no Type either.
//
// Source: django.utils.http.parse_header_parameters; rest_framework.utils.mediatypes._MediaType.
func ParseMediaType(header string) MediaType {
	full, rest := cutParam(header)
	kind, subtype, _ := strings.Cut(strings.ToLower(strings.TrimSpace(full)), "/")
	m := MediaType{Type: kind, Subtype: subtype}
	for rest != "" {
		var param string
		param, rest = cutParam(rest)
		name, value, ok := strings.Cut(param, "=")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		value = unquote(strings.TrimSpace(value))
		if plain, extended := strings.CutSuffix(name, "*"); extended {
			name, value = plain, unextend(value)
		}
		m.set(name, value)
	}
	return m
}

// set gives a parameter its value; of two with one name the last counts.
func (m *MediaType) set(name, value string) {
	for i := range m.Params {
		if m.Params[i].Name == name {
			m.Params[i].Value = value
			return
		}
	}
	m.Params = append(m.Params, Param{name, value})
}

// Param returns the value of a parameter.
func (m MediaType) Param(name string) (value string, ok bool) {
	for _, p := range m.Params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// Matches reports whether m satisfies other: type and subtype are equal or "*" on one side, and other has every
// parameter of m but q.
func (m MediaType) Matches(other MediaType) bool {
	for _, p := range m.Params {
		if value, _ := other.Param(p.Name); p.Name != "q" && value != p.Value {
			return false
		}
	}
	return (m.Subtype == "*" || other.Subtype == "*" || m.Subtype == other.Subtype) &&
		(m.Type == "*" || other.Type == "*" || m.Type == other.Type)
}

// Precedence says how specific m is: 0 for */*, 1 for type/*, 2 for type/subtype, 3 with parameters beside q.
func (m MediaType) Precedence() int {
	switch {
	case m.Type == "*":
		return 0
	case m.Subtype == "*":
		return 1
	case len(m.Params) == 0 || len(m.Params) == 1 && m.Params[0].Name == "q":
		return 2
	}
	return 3
}

// cutParam cuts header at the first semicolon that is not quoted.
func cutParam(header string) (param, rest string) {
	quoted := false
	for i := 0; i < len(header); i++ {
		switch header[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return header[:i], header[i+1:]
			}
		}
	}
	return header, ""
}

func unquote(value string) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return value
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(value[1 : len(value)-1])
}

// unextend decodes an extended value, charset'language'text (RFC 8187).
func unextend(value string) string {
	parts := strings.SplitN(value, "'", 3)
	if len(parts) != 3 {
		return value
	}
	text, err := url.PathUnescape(parts[2])
	if err != nil {
		return value
	}
	return text
}
