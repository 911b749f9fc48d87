package password

import (
	"errors"
	"unicode/utf8"
)

// The longest password that is ever worked on, whether to hash, to check or to validate it.
const (
	MaxCodePoints = 128
	MaxBytes      = 512
)

// The ways in which a password cannot be hashed. Passwords that fail so never match.
var (
	ErrTooLong = errors.New("password: too long")
	ErrNotText = errors.New("password: not valid UTF-8")
)

// Acceptable returns ErrTooLong or ErrNotText for a password that cannot be hashed. Lone surrogates, which JSON can
// spell and UTF-8 cannot, are not text: were they replaced, different passwords would become equal.
func Acceptable(password string) error {
	switch {
	case len(password) > MaxBytes:
		return ErrTooLong
	case !utf8.ValidString(password):
		return ErrNotText
	case utf8.RuneCountInString(password) > MaxCodePoints:
		return ErrTooLong
	default:
		return nil
	}
}
