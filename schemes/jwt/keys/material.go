package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The sizes of RSA keys that are taken. RFC 7518 section 3.3 asks for 2048 bits or more; beyond 8192 a single check of
// a signature becomes a burden.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// minRSAExponent is F4, the public exponent of every common generator. Smaller ones have a history of broken padding
// checks (FIPS 186-5 appendix A.1.1).
const minRSAExponent = 65537

// material is a key as it was read, before it is bound to an algorithm.
type material struct {
	private crypto.Signer // nil: a public key
	public  crypto.PublicKey

	// What a JWK says about itself; all empty for other formats.
	id, algorithm, use string
	operations         []string
}

// fits reports why m must not be used with algorithm, or nil.
func (m material) fits(algorithm string) error {
	if err := m.permits(algorithm); err != nil {
		return err
	}
	switch public := m.public.(type) {
	case *rsa.PublicKey:
		if !strings.HasPrefix(algorithm, "RS") && !strings.HasPrefix(algorithm, "PS") {
			return mismatch(algorithm, "an RSA key")
		}
		return strongRSA(public)
	case *ecdsa.PublicKey:
		if want := curves[algorithm]; want != public.Curve.Params().Name {
			return mismatch(algorithm, "a key on the curve "+public.Curve.Params().Name)
		}
		return nil
	case ed25519.PublicKey:
		if algorithm != "EdDSA" {
			return mismatch(algorithm, "an Ed25519 key")
		}
		return nil
	default:
		return fmt.Errorf("a %T cannot sign tokens", m.public)
	}
}

// curves says which curve each ECDSA algorithm goes with (RFC 7518 section 3.4).
var curves = map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

func mismatch(algorithm, is string) error {
	return fmt.Errorf("this is %s, which does not go with %s; choose another key or another ALGORITHM", is, algorithm)
}

// permits checks what a JWK says about its own use (RFC 7517 sections 4.2 to 4.4).
func (m material) permits(algorithm string) error {
	if m.algorithm != "" && m.algorithm != algorithm {
		return fmt.Errorf("this JWK is for %s (its alg), not for %s", m.algorithm, algorithm)
	}
	if m.use != "" && m.use != "sig" {
		return fmt.Errorf("this JWK is for %q (its use), not for signatures", m.use)
	}
	if len(m.operations) == 0 {
		return nil
	}
	need := "verify"
	if m.private != nil {
		need = "sign"
	}
	if !slices.Contains(m.operations, need) {
		return fmt.Errorf("this JWK is not for %q (its key_ops)", need)
	}
	return nil
}

// strongRSA refuses keys that are too small, too large, or known to come from broken generators.
func strongRSA(key *rsa.PublicKey) error {
	switch bits := key.N.BitLen(); {
	case bits < minRSABits:
		return fmt.Errorf("this RSA key has %d bits and can be broken; %d is the least, "+
			"make one with: openssl genrsa -out key.pem %d", bits, minRSABits, minRSABits)
	case bits > maxRSABits:
		return fmt.Errorf("this RSA key has %d bits; %d is the most, larger ones only cost time", bits, maxRSABits)
	case key.E < minRSAExponent || key.E%2 == 0:
		return fmt.Errorf("this RSA key has the public exponent %d; %d is the least that is safe", key.E, minRSAExponent)
	case weakGenerator(key.N):
		return fmt.Errorf("this RSA key was made by a broken generator (ROCA, CVE-2017-15361); make a new one")
	}
	return nil
}

// fromKey wraps a key of the standard library that is consistent in itself.
func fromKey(key any) (material, error) {
	if err := consistent(key); err != nil {
		return material{}, err
	}
	if signer, ok := key.(crypto.Signer); ok {
		return material{private: signer, public: signer.Public()}, nil
	}
	return material{public: key}, nil
}

// consistent checks what the readers of the several formats do not all check: that private and public parts belong
// together, and that points lie on their curve.
func consistent(key any) error {
	fault := errors.New("the parts of the key do not belong together")
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < minRSABits { // the standard library refuses these without saying what to do
			return strongRSA(&k.PublicKey)
		}
		if k.Validate() != nil {
			return fault
		}
		k.Precompute()
	case *ecdsa.PrivateKey:
		private, err := k.ECDH()
		if err != nil {
			return fault
		}
		public, err := k.PublicKey.ECDH()
		if err != nil || !private.PublicKey().Equal(public) {
			return fault
		}
	case *ecdsa.PublicKey:
		if _, err := k.ECDH(); err != nil {
			return fault
		}
	case ed25519.PrivateKey:
		if len(k) != ed25519.PrivateKeySize || !ed25519.NewKeyFromSeed(k.Seed()).Equal(k) {
			return fault
		}
	}
	return nil
}
