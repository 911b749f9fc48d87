package keys

import "sync/atomic"

// Ring is the Set of the moment, replaced as a whole when the keys change. Reading it takes no lock. It is safe for
// concurrent use.
type Ring struct {
	load    func() (*Set, error)
	current atomic.Pointer[Set]
}

// NewRing returns a ring with the set that load returns now. load is called again by every Reload.
func NewRing(load func() (*Set, error)) (*Ring, error) {
	r := &Ring{load: load}
	return r, r.Reload()
}

// Reload takes the keys as they are now: new ones, those whose turn to sign has come, without those that are retired.
// When they cannot be read the old ones stay, and the error is for the log. Call it from a timer, more often than the
// publish lead, and on SIGHUP; never because of a token, or strangers could make it run at will.
func (r *Ring) Reload() error {
	set, err := r.load()
	if err != nil {
		return err
	}
	r.current.Store(set)
	return nil
}

// Signing returns the key that signs now; nil where this server only verifies.
func (r *Ring) Signing() *Key { return r.current.Load().Signing() }

// Verifying returns the keys that may have signed a token with this key id; see Set.Verifying.
func (r *Ring) Verifying(id string) []*Key { return r.current.Load().Verifying(id) }

// JWKS returns the public keys as a JWK Set and an entity tag for it; see Set.JWKS.
func (r *Ring) JWKS() (json []byte, etag string) { return r.current.Load().JWKS() }
