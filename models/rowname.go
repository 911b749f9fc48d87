package models

import "crypto/sha256"

// RowName names a row that a server may keep in memory for a moment, so that it can be told when the row has changed. It
// is a part of a digest, the same in every process: who hears it learns neither a token nor the key of a session. The zero
// value stands for all rows.
type RowName [16]byte

// EveryRow names all rows.
func EveryRow() RowName { return RowName{} }

// UserRow names a user, and with them the rows of their tokens.
func UserRow(id UserID) RowName { return rowName("user:", string(id)) }

// SessionRow names the session of that key.
func SessionRow(key string) RowName { return rowName("session:", key) }

// LoginTokenRow names the login token of that digest.
func LoginTokenRow(digest Digest) RowName { return rowName("token:", string(digest)) }

// AuthTokenRow names the token of Django REST framework with that key.
func AuthTokenRow(key string) RowName { return rowName("authtoken:", key) }

func rowName(kind, key string) (name RowName) {
	var room [96]byte // longer ones are rare, and take some from the heap
	sum := sha256.Sum256(append(append(room[:0], kind...), key...))
	copy(name[:], sum[:])
	return name
}
