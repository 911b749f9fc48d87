package jwt

import (
	"crypto/sha256"
	"sync"

	"watchword/schemes/jwt/keys"
)

// verified remembers which tokens a key has signed, so that the signature of a token that comes again and again is
// checked once. It knows nothing else of them: their times, their users and the blacklist are looked at every time.
// What it remembers holds for the very text of the token and for that key alone, so a key that is gone takes what it has
// signed with it. Only who has a good token can add to it. It is safe for concurrent use.
type verified struct {
	half int // how many signatures the younger half takes

	mu           sync.RWMutex
	younger, old map[signature]struct{}
}

// signature is a digest of a key and of the whole text of a token that it has signed.
type signature [sha256.Size]byte

// newVerified returns a memory for up to size tokens; nil, which remembers nothing, for fewer than two.
func newVerified(size int) *verified {
	if size < 2 {
		return nil
	}
	return &verified{half: size / 2, younger: map[signature]struct{}{}}
}

// check returns nil if key has signed the token raw, whose parts are p.
func (v *verified) check(key *keys.Key, raw string, p parsed) error {
	if v == nil || !key.Asymmetric() {
		return key.Verify(p.input, p.signature)
	}
	s := signed(key, raw)
	if v.has(s) {
		return nil
	}
	if err := key.Verify(p.input, p.signature); err != nil {
		return err
	}
	v.add(s)
	return nil
}

// signed is what is remembered of raw as signed by key.
func signed(key *keys.Key, raw string) signature {
	const usual = 1 << 10 // as long as tokens are, to compute it without allocating
	of := key.Fingerprint()
	text := append(make([]byte, 0, usual), of[:]...)
	return sha256.Sum256(append(text, raw...))
}

// has reports whether s was added and is not forgotten. What is asked for again stays.
func (v *verified) has(s signature) bool {
	v.mu.RLock()
	_, found := v.younger[s]
	_, late := v.old[s]
	v.mu.RUnlock()
	if late && !found {
		v.add(s)
	}
	return found || late
}

// add remembers s. When the younger half is full it becomes the older one, and what was that is forgotten.
func (v *verified) add(s signature) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.younger) >= v.half {
		v.younger, v.old = make(map[signature]struct{}, v.half), v.younger
	}
	v.younger[s] = struct{}{}
}
