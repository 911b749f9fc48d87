package keys

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Load makes a Set from the texts of two settings: signing, a private key, and verifying, the public half or, for keys
// on their way in or out, a JWK Set or several PEM blocks. Either may be empty, not both. Every format that Parse
// reads is taken. The halves must belong together: with both given, one of the verifying keys must be signing's.
func Load(algorithm, signing, verifying string) (*Set, error) {
	var signer *Key
	if strings.TrimSpace(signing) != "" {
		found, err := parse([]byte(signing))
		if err != nil {
			return nil, fmt.Errorf("SIGNING_KEY: %w", err)
		}
		if len(found) != 1 || found[0].private == nil {
			return nil, errors.New("SIGNING_KEY: holds no private key, or several keys; give one private key")
		}
		if signer, err = newKey(algorithm, found[0]); err != nil {
			return nil, fmt.Errorf("SIGNING_KEY: %w", err)
		}
		if strings.TrimSpace(verifying) == "" {
			return NewSet(signer)
		}
	}
	others, paired, err := verifiers(algorithm, verifying, signer)
	if err != nil {
		return nil, fmt.Errorf("VERIFYING_KEY: %w", err)
	}
	if signer != nil && !paired {
		return nil, errors.New("VERIFYING_KEY: is not the public half of SIGNING_KEY")
	}
	return NewSet(signer, others...)
}

// verifiers reads the public keys of text, leaving out signer's own, and says whether that was there.
func verifiers(algorithm, text string, signer *Key) (others []*Key, paired bool, err error) {
	found, err := parse([]byte(text))
	if err != nil {
		return nil, false, err
	}
	for _, m := range found {
		m.private = nil
		k, err := newKey(algorithm, m)
		if err != nil {
			return nil, false, err
		}
		if signer != nil && equal(signer.public, k.public) {
			paired = true
			continue
		}
		others = append(others, k)
	}
	return others, paired, nil
}

// Secret makes a Set of one shared secret for HS256, HS384 or HS512. A secret of fewer than least bytes is refused, and
// so is text that looks like a key pair's: a public key as a secret lets everybody sign (RFC 8725 section 2.1).
func Secret(algorithm, secret string, least int) (*Set, error) {
	method := hmacMethod(algorithm)
	switch {
	case method == nil:
		return nil, fmt.Errorf("ALGORITHM: %q is not an HMAC algorithm", algorithm)
	case len(secret) < max(least, 1):
		return nil, fmt.Errorf("SIGNING_KEY: has %d bytes; %d is the least for %s", len(secret), max(least, 1), algorithm)
	case looksAsymmetric(secret):
		return nil, fmt.Errorf("SIGNING_KEY: is a key of a key pair; %s needs a random secret", algorithm)
	}
	return NewSet(&Key{algorithm: algorithm, method: method, private: []byte(secret), public: []byte(secret)})
}

func looksAsymmetric(secret string) bool {
	text := bytes.TrimSpace([]byte(secret))
	for _, start := range []string{"-----BEGIN ", "ssh-", "ecdsa-sha2-", `{"kty"`} {
		if bytes.HasPrefix(text, []byte(start)) {
			return true
		}
	}
	return false
}
