package password

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
)

const (
	saltAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	saltLength   = 22  // characters: 22 * log2(62) = 131 bits, the first length over 128
	maxSalt      = 128 // characters of a stored salt
	maxEncoded   = 512 // bytes of a stored hash; Django's column holds 128
)

// errStored says that a stored hash is not in the hasher's format, or asks for more work than is ever done.
var errStored = errors.New("password: stored hash is malformed or out of bounds")

// Hasher is one way of hashing passwords. Implementations are safe for concurrent use and hold no secrets.
type Hasher interface {
	// Algorithm is the name in front of the first "$" of what Encode returns.
	Algorithm() string
	// Encode returns the hash of password with a fresh salt, in Django's format.
	Encode(password string) (string, error)
	// Verify reports whether encoded is a hash of password. An encoded text that is malformed, or whose parameters are
	// out of bounds, is an error, and no work has been done then.
	Verify(password, encoded string) (bool, error)
	// Read returns the error that Verify would, without any work.
	Read(encoded string) error
	// MustUpdate reports whether encoded has other parameters than Encode would use now. It may be asked only about a
	// text that Verify did not refuse.
	MustUpdate(encoded string) bool
	// Harden does the work that Encode would do beyond what Verify has done for encoded, and throws it away: so a wrong
	// password costs the same whether the stored hash is of today's strength or of an earlier, cheaper one.
	Harden(password, encoded string)
}

// newSalt returns a salt of 22 random letters and digits, as Django's BasePasswordHasher.salt.
func newSalt() string { return randomText(saltLength) }

// randomText returns n random letters and digits. Bytes beyond the last whole multiple of the alphabet are drawn again,
// so that every character is equally likely.
func randomText(n int) string {
	const limit = 256 - 256%len(saltAlphabet)
	text := make([]byte, 0, n)
	var drawn [64]byte
	for len(text) < n {
		_, _ = rand.Read(drawn[:]) // never fails
		for _, b := range drawn {
			if int(b) < limit && len(text) < n {
				text = append(text, saltAlphabet[int(b)%len(saltAlphabet)])
			}
		}
	}
	return string(text)
}

// shortSalt reports whether a salt has less than 128 bits, if its characters are random letters and digits.
//
// Source: Django, django.contrib.auth.hashers.must_update_salt.
func shortSalt(salt string) bool { return len(salt) < saltLength }

// validSalt reports whether a stored salt can be worked with: printable ASCII without "$".
func validSalt(salt string) bool {
	if salt == "" || len(salt) > maxSalt {
		return false
	}
	for _, c := range []byte(salt) {
		if c < '!' || c > '~' || c == '$' {
			return false
		}
	}
	return true
}

// equal compares two texts in a time that depends on their lengths only.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
