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
	return load(algorithm, half{"SIGNING_KEY", signing}, half{"VERIFYING_KEY", verifying})
}

// LoadFiles is Load for the files that cfg names. The errors name its settings.
func LoadFiles(algorithm string, cfg Config) (*Set, error) {
	private, err := readHalf("JWT_PRIVATE_KEY_PATH", cfg.PrivateKeyPath, ReadPrivate)
	if err != nil {
		return nil, err
	}
	public, err := readHalf("JWT_PUBLIC_KEY_PATH", cfg.PublicKeyPath, ReadPublic)
	if err != nil {
		return nil, err
	}
	return load(algorithm, private, public)
}

// half is one half of a key pair, and the setting that it comes from.
type half struct{ setting, text string }

func (h half) empty() bool { return strings.TrimSpace(h.text) == "" }

func (h half) fault(err error) error { return fmt.Errorf("%s: %w", h.setting, err) }

// readHalf reads a file. Without a path the half is empty; with one it is not.
func readHalf(setting, path string, read func(string) (string, error)) (half, error) {
	h := half{setting: setting}
	if path == "" {
		return h, nil
	}
	var err error
	if h.text, err = read(path); err != nil {
		return h, h.fault(err)
	}
	if h.empty() {
		return h, h.fault(fmt.Errorf("there is no key in %s", path))
	}
	return h, nil
}

func load(algorithm string, signing, verifying half) (*Set, error) {
	var signer *Key
	if !signing.empty() {
		found, err := parse([]byte(signing.text))
		if err != nil {
			return nil, signing.fault(err)
		}
		if len(found) != 1 || found[0].private == nil {
			return nil, signing.fault(errors.New("holds no private key, or several keys; give one private key"))
		}
		if signer, err = newKey(algorithm, found[0]); err != nil {
			return nil, signing.fault(err)
		}
		if verifying.empty() {
			return NewSet(signer)
		}
	}
	others, paired, err := verifiers(algorithm, verifying.text, signer)
	if err != nil {
		return nil, verifying.fault(err)
	}
	if signer != nil && !paired {
		return nil, verifying.fault(errors.New("is not the public half of " + signing.setting))
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
