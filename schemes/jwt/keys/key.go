// Package keys loads, checks, keeps and rotates the keys that sign and verify JSON Web Tokens, and publishes their
// public halves as a JWK Set.
//
// A Key is bound to one algorithm when it is made, and only a key of the right type and of enough strength can be made
// (RFC 8725 section 3.1). A Set is what signs and verifies at one moment; it never changes. A Ring is a Set kept in a
// folder: it can be reloaded and rotated while others use it. Keys are never taken from a token.
package keys

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"watchword/schemes/jwt/libcrypto"
)

// ErrSignature says that a signature was not made by the key.
var ErrSignature = errors.New("keys: wrong signature")

// Key is a key for one algorithm. It is immutable and safe for concurrent use.
type Key struct {
	id        string
	algorithm string
	method    jwt.SigningMethod
	private   any // nil: verifies only
	public    any // for an HMAC secret the secret itself

	fingerprint [sha256.Size]byte

	system *libcrypto.Key // the pair in the system's library, which is faster; nil: it is not there
}

// ID is the key's name, the kid of tokens and of the JWK Set: what its JWK says, else its RFC 7638 thumbprint. An HMAC
// secret has none, since a name derived from a secret helps to guess it.
func (k *Key) ID() string { return k.id }

// Algorithm is the JWS algorithm that the key is for, such as "RS256" (RFC 7518 section 3.1).
func (k *Key) Algorithm() string { return k.algorithm }

// Asymmetric reports whether the key is one of a pair, whose other half verifies; an HMAC secret is none.
func (k *Key) Asymmetric() bool { return k.fingerprint != [sha256.Size]byte{} }

// Fingerprint is a digest of the public half and the algorithm; all zero for an HMAC secret.
func (k *Key) Fingerprint() [sha256.Size]byte { return k.fingerprint }

// CanSign reports whether the private half is there.
func (k *Key) CanSign() bool { return k.private != nil }

// Sign returns the signature of input, the first two segments of a token.
func (k *Key) Sign(input string) ([]byte, error) {
	if k.private == nil {
		return nil, fmt.Errorf("keys: key %q has no private half", k.id)
	}
	signature, err := k.sign(input)
	if err != nil {
		return nil, fmt.Errorf("keys: signing with %q: %w", k.id, err)
	}
	return signature, nil
}

// Verify returns nil if signature is the key's signature of input, and ErrSignature otherwise.
func (k *Key) Verify(input string, signature []byte) error {
	if err := k.verify(input, signature); err != nil {
		return ErrSignature
	}
	return nil
}

func (k *Key) sign(input string) ([]byte, error) {
	if k.system != nil {
		return k.system.Sign([]byte(input))
	}
	return k.method.Sign(input, k.private)
}

func (k *Key) verify(input string, signature []byte) error {
	if k.system != nil {
		return k.system.Verify([]byte(input), signature)
	}
	return k.method.Verify(input, signature, k.public)
}

// String names the key and never shows it.
func (k *Key) String() string { return k.algorithm + " key " + k.id }

// verifier returns k without its private half.
func (k *Key) verifier() *Key {
	public := *k
	public.private = nil
	return &public
}

// equal reports whether two public keys are the same.
func equal(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// hmacMethod returns the method of an HS algorithm, or nil.
func hmacMethod(algorithm string) jwt.SigningMethod {
	method, ok := jwt.GetSigningMethod(algorithm).(*jwt.SigningMethodHMAC)
	if !ok {
		return nil
	}
	return method
}

// newKey makes a Key for algorithm from what was read, if type, strength and stated use allow it.
func newKey(algorithm string, m material) (*Key, error) {
	method := jwt.GetSigningMethod(algorithm)
	if method == nil || algorithm == "none" {
		return nil, fmt.Errorf("%q is not a signature algorithm that is known here", algorithm)
	}
	if err := m.fits(algorithm); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(m.public)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be written: %w", err)
	}
	k := &Key{id: m.id, algorithm: algorithm, method: method, public: m.public}
	k.fingerprint = sha256.Sum256(append(der, algorithm...))
	if m.private != nil {
		k.private = m.private
	}
	if k.id == "" {
		id, err := thumbprint(m.public)
		if err != nil {
			return nil, err
		}
		k.id = id
	}
	return k, nil
}
