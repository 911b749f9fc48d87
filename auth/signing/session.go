package signing

import "encoding/hex"

const sessionHashSalt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"

// SessionHasher ties sessions to the password they were opened with: they hold the hash of the stored password, and
// end when it changes.
//
// Source: Django, AbstractBaseUser.get_session_auth_hash and django.contrib.auth.get_user.
type SessionHasher struct{ macs []*saltedMAC }

// NewSessionHasher returns a SessionHasher for the keys of cfg.
func NewSessionHasher(cfg Config) *SessionHasher {
	return &SessionHasher{newSaltedMACs(sessionHashSalt, cfg.keys())}
}

// Hash returns the _auth_user_hash of a session, given the stored (encoded) password of its user.
func (h *SessionHasher) Hash(encoded string) string { return sessionHash(encoded, h.macs[0]) }

// Verify reports whether hash belongs to the stored password. stale says that it was made with a former key: then the
// session gets a new key and the new hash.
func (h *SessionHasher) Verify(encoded, hash string) (ok, stale bool) {
	for i, mac := range h.macs {
		if equal(hash, sessionHash(encoded, mac)) {
			return true, i > 0
		}
	}
	return false, false
}

func sessionHash(encoded string, mac *saltedMAC) string { return hex.EncodeToString(mac.sum(encoded)) }
