package models

import (
	"unicode"
	"unicode/utf8"
)

// UsernameMaxLength is the longest user name of auth.User in code points. A project's own users may have longer ones, see
// UserModel.UsernameMaxLength.
const UsernameMaxLength = 150

// ValidUsername reports whether name consists of one or more letters, digits and @ . + - _ only, in any script. It does
// not look at the length.
//
// Source: django.contrib.auth.validators.UnicodeUsernameValidator, ^[\w.@+-]+\Z with Python's \w, which takes letters
// and numbers of every kind but no combining marks.
func ValidUsername(name string) bool {
	if name == "" || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		switch r {
		case '@', '.', '+', '-', '_':
		default:
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
				return false
			}
		}
	}
	return true
}
