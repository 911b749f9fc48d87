package keys

import (
	"errors"
	"fmt"
)

// maxVerifying bounds the work that a token without a key id can cause: every key may have to be tried.
const maxVerifying = 8

// Set is the keys of one moment: one that signs, and all that verify. It is immutable and safe for concurrent use.
type Set struct {
	signing   *Key // nil: this set only verifies
	verifying []*Key
	byID      map[string][]*Key
	document  document
}

// NewSet returns the set that signs with signing and verifies with signing and others. signing may be nil for a server
// that only verifies. All keys must be for one algorithm, and no two may share an id. At most eight keys fit.
func NewSet(signing *Key, others ...*Key) (*Set, error) {
	s := &Set{byID: map[string][]*Key{}}
	if signing != nil {
		if !signing.CanSign() {
			return nil, fmt.Errorf("keys: key %q has no private half and cannot sign", signing.id)
		}
		s.signing = signing
		others = append([]*Key{signing}, others...)
	}
	for _, k := range others {
		if err := s.add(k.verifier()); err != nil {
			return nil, err
		}
	}
	if len(s.verifying) == 0 {
		return nil, errors.New("keys: a set needs at least one key")
	}
	var err error
	s.document, err = newDocument(s.verifying)
	return s, err
}

func (s *Set) add(k *Key) error {
	switch {
	case len(s.byID[k.id]) > 0:
		return fmt.Errorf("keys: two keys have the id %q", k.id)
	case len(s.verifying) == maxVerifying:
		return fmt.Errorf("keys: more than %d keys in one set", maxVerifying)
	case len(s.verifying) > 0 && s.verifying[0].algorithm != k.algorithm:
		return fmt.Errorf("keys: %s and %s keys in one set", s.verifying[0].algorithm, k.algorithm)
	}
	s.verifying = append(s.verifying, k)
	s.byID[k.id] = []*Key{k}
	return nil
}

// Signing returns the key that signs now, or nil where this set only verifies.
func (s *Set) Signing() *Key { return s.signing }

// Verifying returns the keys that may have signed a token with this key id: one or none. Without an id every key may
// have; there are at most eight. The caller must not change the slice.
func (s *Set) Verifying(id string) []*Key {
	if id == "" {
		return s.verifying
	}
	return s.byID[id]
}

// JWKS returns the public keys as a JWK Set (RFC 7517 section 5) and an entity tag for it, quotes included. HMAC
// secrets are never in it. The caller must not change the bytes.
func (s *Set) JWKS() (json []byte, etag string) { return s.document.json, s.document.etag }
