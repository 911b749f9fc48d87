package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
)

// SaltedHMAC returns the 32 bytes of HMAC-SHA256 over value, under the key SHA256(keySalt + secret). keySalt keeps the
// purposes apart: a signature made for one is worth nothing for another.
//
// Source: Django, django.utils.crypto.salted_hmac with algorithm="sha256".
func SaltedHMAC(keySalt, value, secret string) []byte {
	key := sha256.Sum256([]byte(keySalt + secret))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

// equal compares two strings in a time that depends on their lengths only.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
