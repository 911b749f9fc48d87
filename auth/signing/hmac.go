package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"sync"
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

// saltedMAC computes SaltedHMACs for one salt and secret: the key is derived once. It is safe for concurrent use.
type saltedMAC struct{ idle sync.Pool }

// newSaltedMACs returns a saltedMAC for each of the secrets.
func newSaltedMACs(keySalt string, secrets []string) []*saltedMAC {
	macs := make([]*saltedMAC, len(secrets))
	for i, secret := range secrets {
		key := sha256.Sum256([]byte(keySalt + secret))
		macs[i] = &saltedMAC{sync.Pool{New: func() any { return hmac.New(sha256.New, key[:]) }}}
	}
	return macs
}

// sum is the SaltedHMAC of value.
func (m *saltedMAC) sum(value string) []byte {
	mac, _ := m.idle.Get().(hash.Hash) // the pool holds nothing else
	defer m.idle.Put(mac)
	mac.Reset()
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

// equal compares two strings in a time that depends on their lengths only.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
