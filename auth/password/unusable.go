package password

import "strings"

const (
	unusablePrefix = "!"
	unusableLength = 40
)

// Unusable returns a text for the password column of a user who shall not log in with a password: no password matches
// it. It is random, because reset tokens and session hashes are bound to the column.
//
// Source: Django, make_password(None).
func Unusable() string { return unusablePrefix + randomText(unusableLength) }

// Usable reports whether encoded was not made by Unusable. It does not say that any password matches: garbage is
// usable, as in Django.
//
// Source: Django, is_password_usable.
func Usable(encoded string) bool { return !strings.HasPrefix(encoded, unusablePrefix) }
