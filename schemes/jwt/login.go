package jwt

import (
	"crypto/rand"
	"encoding/hex"
)

// The tokens of one login are known by their ids: the first half of each is the same. So an access token shows which
// refresh tokens it belongs to, though neither Django's tables nor its tokens have a place to say so.

// idLength is the length of an id, and loginLength that of the part which names the login.
const (
	idLength    = 32
	loginLength = 16
)

// loginOf returns the login that a token with this id belongs to; "" for ids of another form, which name none.
func loginOf(id string) string {
	if len(id) != idLength {
		return ""
	}
	if _, err := hex.DecodeString(id); err != nil {
		return ""
	}
	return id[:loginLength]
}

// newID returns a random UUID, version 4, as 32 hexadecimal digits (RFC 9562 section 5.4). It belongs to the login of the
// token with the id kin; where that names none, as "" does, to a new one.
func newID(kin string) string {
	var b [idLength / 2]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	id := hex.EncodeToString(b[:])
	if login := loginOf(kin); login != "" {
		return login + id[loginLength:]
	}
	return id
}
