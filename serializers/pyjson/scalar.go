package pyjson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// maxDigits is how long an integer may be before Python refuses to convert it (sys.get_int_max_str_digits).
const maxDigits = 4300

// text reads a string; s.at is at its first quotation mark.
func (s *scanner) text() (string, error) {
	begin := s.at
	s.at++
	start := s.at
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c == '"':
			text := string(s.data[start:s.at])
			s.at++
			return text, nil
		case c == '\\':
			return s.escaped(begin, start)
		case c < ' ':
			return "", s.fail("Invalid control character at", s.at)
		}
		s.at++
	}
	return "", s.fail("Unterminated string starting at", begin)
}

// escaped reads on where text met the first backslash; begin is at the quotation mark, start behind it.
func (s *scanner) escaped(begin, start int) (string, error) {
	out := append(make([]byte, 0, 2*(s.at-start)+16), s.data[start:s.at]...)
	for s.at < len(s.data) {
		c := s.data[s.at]
		switch {
		case c == '"':
			s.at++
			return string(out), nil
		case c < ' ':
			return "", s.fail("Invalid control character at", s.at)
		case c != '\\':
			out = append(out, c)
			s.at++
		case s.at+1 == len(s.data):
			return "", s.fail("Unterminated string starting at", begin)
		case s.data[s.at+1] == 'u':
			r, err := s.codePoint()
			if err != nil {
				return "", err
			}
			out = appendWTF8(out, r)
		default:
			literal := strings.IndexByte(`"\/bfnrt`, s.data[s.at+1])
			if literal < 0 {
				return "", s.fail(`Invalid \escape`, s.at)
			}
			out = append(out, "\"\\/\b\f\n\r\t"[literal])
			s.at += 2
		}
	}
	return "", s.fail("Unterminated string starting at", begin)
}

// codePoint reads \uXXXX, or two of them that are a surrogate pair; s.at is at the backslash.
func (s *scanner) codePoint() (rune, error) {
	r, ok := s.hex(s.at)
	if !ok {
		return 0, s.fail(`Invalid \uXXXX escape`, s.at+1)
	}
	s.at += 6
	if r < 0xD800 || r > 0xDBFF || s.at+1 >= len(s.data) || s.data[s.at] != '\\' || s.data[s.at+1] != 'u' {
		return r, nil
	}
	low, ok := s.hex(s.at)
	if !ok {
		return 0, s.fail(`Invalid \uXXXX escape`, s.at+1)
	}
	if low < 0xDC00 || low > 0xDFFF {
		return r, nil
	}
	s.at += 6
	return utf16.DecodeRune(r, low), nil
}

// hex reads the four digits of the escape at the byte offset at. Something has to follow them: the string's end.
func (s *scanner) hex(at int) (rune, bool) {
	if at+6 >= len(s.data) {
		return 0, false
	}
	var r rune
	for _, c := range s.data[at+2 : at+6] {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// appendWTF8 appends r, which may be a lone surrogate.
func appendWTF8(out []byte, r rune) []byte {
	if r >= 0xD800 && r <= 0xDFFF {
		return append(out, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
	}
	return append(out, string(r)...)
}

// number reads an integer or a float, or fails where Python would look for a value.
func (s *scanner) number() (any, error) {
	start := s.at
	if s.peek() == '-' {
		s.at++
	}
	switch c := s.peek(); {
	case c == '0':
		s.at++
	case c >= '1' && c <= '9':
		s.digits()
	default:
		return nil, s.fail("Expecting value", start)
	}
	whole := s.at
	s.fraction()
	text := string(s.data[start:s.at])
	if s.at == whole {
		return integer(text)
	}
	f, _ := strconv.ParseFloat(text, 64) // the only error is a number out of range, which is infinite, as in Python
	return f, nil
}

func (s *scanner) digits() (n int) {
	for ; s.peek() >= '0' && s.peek() <= '9'; n++ {
		s.at++
	}
	return n
}

// fraction reads what makes a number a float; a dot or an e that no digit follows is left alone.
func (s *scanner) fraction() {
	if back := s.at; s.peek() == '.' {
		s.at++
		if s.digits() == 0 {
			s.at = back
		}
	}
	if back := s.at; s.peek()|0x20 == 'e' {
		s.at++
		if s.peek() == '+' || s.peek() == '-' {
			s.at++
		}
		if s.digits() == 0 {
			s.at = back
		}
	}
}

func integer(text string) (any, error) {
	if n := len(strings.TrimPrefix(text, "-")); n > maxDigits {
		return nil, &ValueError{fmt.Sprintf("Exceeds the limit (%d digits) for integer string conversion: value has %d "+
			"digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, n)}
	}
	if text == "-0" {
		return Int("0"), nil
	}
	return Int(text), nil
}
