package jwt

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The bounds of a token that is looked at at all. A token of ours has some 300 to 900 bytes.
const (
	maxToken   = 4096 // bytes
	maxDepth   = 8    // of JSON, the outer object being 1
	maxMembers = 64   // of one JSON object
)

// canonical reads base64url and refuses a last character with stray bits.
var canonical = base64.RawURLEncoding.Strict()

var errMalformed = errors.New("malformed token")

func malformed(what string) error { return fmt.Errorf("%w: %s", errMalformed, what) }

// parsed is a token in its parts, before anybody has looked at the signature: nothing in it can be trusted.
type parsed struct {
	input     string // header and payload as they were signed
	header    claims
	payload   claims
	signature []byte
}

// parse takes a token apart. It is stricter than the standards' readers tend to be: every token has exactly one
// spelling, and no two readers can disagree about what it says. So it wants three segments in canonical unpadded
// base64url (RFC 7515 section 2), JSON objects in valid UTF-8 with no name twice at any depth (section 4), and bounds on
// size, depth and number of names. fold says which names of the payload must not appear in another case.
func parse(raw string, fold []string) (parsed, error) {
	if len(raw) > maxToken {
		return parsed{}, malformed("too long")
	}
	first := strings.IndexByte(raw, '.')
	last := strings.LastIndexByte(raw, '.')
	if first < 0 || first == last || strings.IndexByte(raw[first+1:last], '.') >= 0 {
		return parsed{}, malformed("not three segments")
	}
	header, err := object(raw[:first], headerNames)
	if err != nil {
		return parsed{}, err
	}
	payload, err := object(raw[first+1:last], fold)
	if err != nil {
		return parsed{}, err
	}
	signature, err := decodeSegment(raw[last+1:])
	if err != nil {
		return parsed{}, err
	}
	return parsed{input: raw[:last], header: header, payload: payload, signature: signature}, nil
}

// decodeSegment reads canonical base64url. The library skips line ends even in its strict mode, hence the look at them.
func decodeSegment(segment string) ([]byte, error) {
	if strings.IndexByte(segment, '\n') >= 0 || strings.IndexByte(segment, '\r') >= 0 {
		return nil, malformed("a line end")
	}
	decoded, err := canonical.DecodeString(segment)
	if err != nil {
		return nil, malformed("not canonical base64url")
	}
	return decoded, nil
}

// object reads a segment that holds one JSON object.
func object(segment string, fold []string) (claims, error) {
	decoded, err := decodeSegment(segment)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(decoded) || !json.Valid(decoded) {
		return nil, malformed("not JSON")
	}
	w := walker{text: string(decoded)}
	if w.next() != '{' {
		return nil, malformed("not an object")
	}
	members, err := w.object(1)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		for _, name := range fold {
			if m.name != name && strings.EqualFold(m.name, name) {
				return nil, malformed("a name in another case")
			}
		}
	}
	return members, nil
}

// walker cuts JSON text, known to be valid, into members.
type walker struct {
	text string
	at   int
}

// next skips white space and returns the byte after it without taking it.
func (w *walker) next() byte {
	for strings.IndexByte(" \t\r\n", w.text[w.at]) >= 0 {
		w.at++
	}
	return w.text[w.at]
}

// object reads the object that begins here.
func (w *walker) object(depth int) (claims, error) {
	if depth > maxDepth {
		return nil, malformed("nested too deep")
	}
	members := make(claims, 0, 8)
	for w.at++; w.next() != '}'; {
		if w.text[w.at] == ',' {
			w.at++
			w.next()
		}
		name, ok := text(w.quoted())
		if !ok || len(members) == maxMembers {
			return nil, malformed("too many names")
		}
		if _, twice := members.get(name); twice {
			return nil, malformed("a name twice")
		}
		w.next() // the colon
		w.at++
		value, err := w.value(depth)
		if err != nil {
			return nil, err
		}
		members = append(members, member{name, value})
	}
	w.at++
	return members, nil
}

// value reads the value that begins here, after white space, and returns its text.
func (w *walker) value(depth int) (string, error) {
	first := w.next()
	start := w.at
	var err error
	switch first {
	case '"':
		w.quoted()
	case '{':
		_, err = w.object(depth + 1)
	case '[':
		err = w.array(depth + 1)
	default:
		w.at += strings.IndexAny(w.text[w.at:], ",]} \t\r\n")
	}
	return w.text[start:w.at], err
}

func (w *walker) array(depth int) error {
	if depth > maxDepth {
		return malformed("nested too deep")
	}
	for w.at++; w.next() != ']'; {
		if w.text[w.at] == ',' {
			w.at++
		}
		if _, err := w.value(depth); err != nil {
			return err
		}
	}
	w.at++
	return nil
}

// quoted reads the string that begins here and returns it with its quotes.
func (w *walker) quoted() string {
	start := w.at
	for w.at++; w.text[w.at] != '"'; w.at++ {
		if w.text[w.at] == '\\' {
			w.at++
		}
	}
	w.at++
	return w.text[start:w.at]
}

// text returns the string that JSON text holds; ok is false for other values.
func text(value string) (s string, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if strings.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1], true
	}
	return unescape(value)
}

func unescape(value string) (string, bool) {
	var s string
	err := json.Unmarshal([]byte(value), &s)
	return s, err == nil
}
