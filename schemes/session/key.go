package session

import (
	"crypto/rand"
	"math/big"
)

const (
	keyLength   = 32
	keyAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	keyAttempts = 3 // 165 bits are never taken; a broken source of randomness must not keep us busy
)

// newKey returns 32 random small letters and digits, which are 165 bits.
//
// Source: Django, SessionBase._get_new_session_key.
func newKey() string {
	size := big.NewInt(int64(len(keyAlphabet)))
	key := make([]byte, keyLength)
	for i := range key {
		n, err := rand.Int(rand.Reader, size)
		if err != nil {
			panic(err) // never: crypto/rand ends the program instead
		}
		key[i] = keyAlphabet[n.Int64()]
	}
	return string(key)
}
