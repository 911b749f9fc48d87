package pyjson

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The reasons that Python's UTF-8 decoder gives.
const (
	invalidStart        = "invalid start byte"
	invalidContinuation = "invalid continuation byte"
	unexpectedEnd       = "unexpected end of data"
)

// A UnicodeError says where bytes are not UTF-8.
type UnicodeError struct {
	Start, End int // the bytes at fault, End exclusive
	First      byte
	Reason     string
}

// Error is the sentence of Python's UnicodeDecodeError.
func (e *UnicodeError) Error() string {
	if e.End-e.Start == 1 {
		return fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: %s", e.First, e.Start, e.Reason)
	}
	return fmt.Sprintf("'utf-8' codec can't decode bytes in position %d-%d: %s", e.Start, e.End-1, e.Reason)
}

// CheckUTF8 returns nil, or a *UnicodeError for the first bytes of data that are not UTF-8.
func CheckUTF8(data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	return firstInvalid(data, 0)
}

// ReplaceInvalid returns data as valid UTF-8, with one U+FFFD for each sequence that Python's decoder would replace.
func ReplaceInvalid(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	var out strings.Builder
	at := 0
	for bad := firstInvalid(data, at); bad != nil; bad = firstInvalid(data, at) {
		out.Write(data[at:bad.Start])
		out.WriteRune(utf8.RuneError)
		at = bad.End
	}
	out.Write(data[at:])
	return out.String()
}

func firstInvalid(data []byte, at int) *UnicodeError {
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			return describe(data, at)
		}
		at += size
	}
	return nil
}

// describe says what is wrong with the sequence that begins at data[at]: how far it was good, and why it ended.
func describe(data []byte, at int) *UnicodeError {
	e := &UnicodeError{Start: at, End: at + 1, First: data[at], Reason: invalidStart}
	need, low, high := sequence(data[at])
	if need == 0 {
		return e
	}
	for n := 1; n <= need; n++ {
		e.End = at + n
		if at+n >= len(data) {
			e.Reason = unexpectedEnd
			return e
		}
		if b := data[at+n]; b < low || b > high {
			e.Reason = invalidContinuation
			return e
		}
		low, high = 0x80, 0xBF
	}
	return e
}

// sequence returns how many bytes must follow first, and the bounds of the next one. need is 0 when first begins
// nothing.
//
// Source: Unicode 15, table 3-7.
func sequence(first byte) (need int, low, high byte) {
	switch {
	case first >= 0xC2 && first <= 0xDF:
		return 1, 0x80, 0xBF
	case first == 0xE0:
		return 2, 0xA0, 0xBF
	case first == 0xED:
		return 2, 0x80, 0x9F
	case first >= 0xE1 && first <= 0xEF:
		return 2, 0x80, 0xBF
	case first == 0xF0:
		return 3, 0x90, 0xBF
	case first >= 0xF1 && first <= 0xF3:
		return 3, 0x80, 0xBF
	case first == 0xF4:
		return 3, 0x80, 0x8F
	}
	return 0, 0, 0
}
