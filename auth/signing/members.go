package signing

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// Members are the members of a JSON object, each as it is written. Dumps and Loads take NaN, Infinity and -Infinity in
// them, which JSON does not have: Python writes and reads them.
//
// Source: Python, json.dumps and json.loads with their defaults.
type Members map[string]json.RawMessage

// errMember says that a text is not JSON, but for these three; it quotes nothing.
var errMember = errors.New("signing: not JSON")

// marshal writes m as marshalPython does.
func (m Members) marshal() ([]byte, error) {
	out := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := marshalPython(name)
		if err != nil {
			return nil, err
		}
		value := []byte(m[name])
		if masked := maskConstants(value); masked == nil {
			value, err = marshalPython(m[name])
		} else if !json.Valid(masked) {
			err = errMember
		}
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// unmarshal reads what marshal or Python has written.
func (m *Members) unmarshal(data []byte) error {
	masked := maskConstants(data)
	if masked == nil {
		return json.Unmarshal(data, m)
	}
	text := json.NewDecoder(bytes.NewReader(masked))
	if begin, err := text.Token(); err != nil || begin != json.Delim('{') || !json.Valid(masked) {
		return errMember
	}
	*m = Members{}
	for text.More() {
		name, err := text.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := text.Decode(&value); err != nil {
			return err
		}
		end := int(text.InputOffset())
		(*m)[name.(string)] = data[end-len(value) : end]
	}
	return nil
}

// constants are what Python has beyond JSON, the longest first, each with a JSON value of the same length that cannot be a
// part of another.
var constants = [...]struct{ python, masked []byte }{
	{[]byte("-Infinity"), []byte("[0      ]")},
	{[]byte("Infinity"), []byte("[0     ]")},
	{[]byte("NaN"), []byte("[0]")},
}

// maskConstants returns a copy of data in which JSON stands for Python's constants; nil where there are none.
func maskConstants(data []byte) []byte {
	var masked []byte
	inText := false
	for i := 0; i < len(data); i++ {
		switch {
		case data[i] == '"':
			inText = !inText
		case inText && data[i] == '\\':
			i++
		case inText:
		case data[i] == '-', data[i] == 'I', data[i] == 'N':
			for _, c := range constants {
				if bytes.HasPrefix(data[i:], c.python) {
					if masked == nil {
						masked = bytes.Clone(data)
					}
					i += copy(masked[i:], c.masked) - 1
					break
				}
			}
		}
	}
	return masked
}
