package pyjson

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Decoder says what a document may be like. The zero value refuses all nesting; see DefaultDecoder.
type Decoder struct {
	MaxDepth    int  // how many arrays and objects may lie within each other
	UniqueNames bool // refuse an object with two names that are equal but for case; otherwise the last one counts
}

// DefaultDecoder takes what Python takes, but stops at 500 levels where Python would crash at about a thousand.
func DefaultDecoder() Decoder { return Decoder{MaxDepth: 500} }

// A SyntaxError says what is wrong with a document and where.
type SyntaxError struct {
	Message      string
	Line, Column int // from 1, in code points
	Offset       int // from 0, in code points
}

// Error is the sentence of Python's JSONDecodeError.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.Message, e.Line, e.Column, e.Offset)
}

// A ValueError says that a document is well formed and has a value that cannot be taken.
type ValueError struct{ Message string }

// Error is the sentence of Python's ValueError.
func (e *ValueError) Error() string { return e.Message }

// Decode reads the one value that data is. The errors are *UnicodeError, *SyntaxError and *ValueError.
//
// Source: Python 3.11, json.load over codecs.getreader("utf-8") with Django REST framework's strict_constant. Unlike
// Python's reader, an incomplete sequence at the very end is an error too.
func (d Decoder) Decode(data []byte) (any, error) {
	if err := CheckUTF8(data); err != nil {
		return nil, err
	}
	s := &scanner{data: data, decoder: d}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, s.fail("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
	}
	s.skipSpace()
	v, err := s.value(0)
	if err != nil {
		return nil, err
	}
	if s.skipSpace(); s.at != len(data) {
		return nil, s.fail("Extra data", s.at)
	}
	return v, nil
}

// scanner walks over valid UTF-8; at is a byte offset.
type scanner struct {
	data    []byte
	at      int
	decoder Decoder
}

// fail makes the error for the byte offset at.
func (s *scanner) fail(message string, at int) error {
	before := s.data[:at]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return &SyntaxError{Message: message, Line: bytes.Count(before, []byte("\n")) + 1,
		Column: utf8.RuneCount(line) + 1, Offset: utf8.RuneCount(before)}
}

// peek returns the next byte, or 0 at the end. A NUL is nowhere legal outside of a string, so the two may look alike.
func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) skipSpace() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) take(word string) bool {
	if !bytes.HasPrefix(s.data[s.at:], []byte(word)) {
		return false
	}
	s.at += len(word)
	return true
}

func (s *scanner) value(depth int) (any, error) {
	switch s.peek() {
	case '"':
		return s.text()
	case '{', '[':
		if depth >= s.decoder.MaxDepth {
			return nil, s.fail("Too many nested values", s.at)
		}
		if s.data[s.at] == '{' {
			return s.object(depth + 1)
		}
		return s.array(depth + 1)
	}
	switch {
	case s.take("null"):
		return nil, nil
	case s.take("true"):
		return true, nil
	case s.take("false"):
		return false, nil
	}
	for _, constant := range [...]string{"NaN", "Infinity", "-Infinity"} {
		if s.take(constant) {
			return nil, &ValueError{"Out of range float values are not JSON compliant: '" + constant + "'"}
		}
	}
	return s.number()
}

func (s *scanner) array(depth int) (any, error) {
	s.at++
	s.skipSpace()
	list := []any{}
	if s.peek() == ']' {
		s.at++
		return list, nil
	}
	for {
		v, err := s.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		s.skipSpace()
		switch s.peek() {
		case ']':
			s.at++
			return list, nil
		case ',':
			s.at++
			s.skipSpace()
		default:
			return nil, s.fail("Expecting ',' delimiter", s.at)
		}
	}
}

func (s *scanner) object(depth int) (any, error) {
	s.at++
	s.skipSpace()
	o := &Object{}
	if s.peek() == '}' {
		s.at++
		return o, nil
	}
	var seen names
	if s.decoder.UniqueNames {
		seen = names{}
	}
	for {
		if s.peek() != '"' {
			return nil, s.fail("Expecting property name enclosed in double quotes", s.at)
		}
		start := s.at
		name, err := s.text()
		if err != nil {
			return nil, err
		}
		if !seen.add(name) {
			return nil, s.fail("Duplicate property name", start)
		}
		s.skipSpace()
		if s.peek() != ':' {
			return nil, s.fail("Expecting ':' delimiter", s.at)
		}
		s.at++
		s.skipSpace()
		v, err := s.value(depth)
		if err != nil {
			return nil, err
		}
		o.Set(name, v)
		s.skipSpace()
		switch s.peek() {
		case '}':
			s.at++
			return o, nil
		case ',':
			s.at++
			s.skipSpace()
		default:
			return nil, s.fail("Expecting ',' delimiter", s.at)
		}
	}
}

// names are the names of one object so far, in lower case; nil does not care.
type names map[string]struct{}

// add reports whether name is new.
func (n names) add(name string) bool {
	if n == nil {
		return true
	}
	name = strings.ToLower(name)
	_, known := n[name]
	n[name] = struct{}{}
	return !known
}
