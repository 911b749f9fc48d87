package pyjson

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Marshal returns v as Django REST framework's JSONRenderer writes it: compact, UTF-8 as it is, only U+2028 and U+2029
// escaped beside what JSON demands. Structs keep the order of their fields, Objects that of their members. With indent
// above zero every member stands on a line of its own, each level indented by so many blanks.
//
// Source: rest_framework.renderers.JSONRenderer; json.dumps(ensure_ascii=False, indent=N).
func Marshal(v any, indent int) ([]byte, error) {
	var out bytes.Buffer
	if err := encode(&out, v); err != nil {
		return nil, err
	}
	if indent <= 0 {
		return out.Bytes(), nil
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, out.Bytes(), "", strings.Repeat(" ", indent)); err != nil {
		return nil, err
	}
	return pretty.Bytes(), nil
}

func encode(out *bytes.Buffer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // Encode ends with a newline
	return nil
}

// MarshalJSON writes the digits.
func (i Int) MarshalJSON() ([]byte, error) { return []byte(i), nil }

// MarshalJSON writes the members in order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o.members {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := encode(&out, m.Name); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := encode(&out, m.Value); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
