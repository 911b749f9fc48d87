package password

import (
	"math"
	"unicode/utf8"
)

// minimumLength refuses passwords of too few code points.
//
// Source: Django, MinimumLengthValidator.
type minimumLength struct{ least int }

func newMinimumLength(opts *options) minimumLength {
	const name = "min_length"
	n := opts.number(name, 8)
	if n != math.Trunc(n) || n < 0 || n > MaxCodePoints {
		opts.fail(name, "must be a whole number from 0 to 128")
		n = 0
	}
	return minimumLength{least: int(n)}
}

func (v minimumLength) Validate(password string, _ Attributes) *Fault {
	if utf8.RuneCountInString(password) >= v.least {
		return nil
	}
	return &Fault{Code: TooShort, MinLength: v.least}
}
