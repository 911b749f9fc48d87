package jwt

import (
	"fmt"
	"strings"

	"watchword/schemes/jwt/keys"
)

// OpenKeys returns the keys that the settings ask for, the first that is given of: SIGNING_KEY and VERIFYING_KEY; for HS
// algorithms secretKey (Django's SECRET_KEY); the files of ks; and else ks's folder, where a key is made if there is
// none. Weak keys, and keys that do not fit ALGORITHM, are errors that say what to do. Reload reads files again.
func OpenKeys(cfg Config, ks keys.Config, secretKey string) (*keys.Ring, error) {
	ks.Keep = max(cfg.AccessTokenLifetime, cfg.RefreshTokenLifetime, cfg.SlidingTokenLifetime) + cfg.Leeway + ks.PublishLead
	if strings.HasPrefix(cfg.Algorithm, "HS") {
		secret := cfg.SigningKey
		if secret == "" {
			secret = secretKey
		}
		return keys.NewRing(func() (*keys.Set, error) { return keys.Secret(cfg.Algorithm, secret, cfg.MinSecretLength) })
	}
	switch {
	case cfg.SigningKey != "" || cfg.VerifyingKey != "":
		return keys.NewRing(func() (*keys.Set, error) {
			return keys.Load(cfg.Algorithm, cfg.SigningKey, cfg.VerifyingKey)
		})
	case ks.PrivateKeyPath != "" || ks.PublicKeyPath != "":
		return keys.NewRing(func() (*keys.Set, error) { return loadFiles(cfg.Algorithm, ks) })
	}
	folder, err := keys.OpenFolder(ks, cfg.Algorithm)
	if err != nil {
		return nil, err
	}
	return keys.NewRing(folder.Set)
}

// loadFiles reads the key files; either may be missing from the settings.
func loadFiles(algorithm string, ks keys.Config) (*keys.Set, error) {
	var private, public string
	var err error
	if ks.PrivateKeyPath != "" {
		if private, err = keys.ReadPrivate(ks.PrivateKeyPath); err != nil {
			return nil, fmt.Errorf("JWT_PRIVATE_KEY_PATH: %w", err)
		}
	}
	if ks.PublicKeyPath != "" {
		if public, err = keys.ReadPublic(ks.PublicKeyPath); err != nil {
			return nil, fmt.Errorf("JWT_PUBLIC_KEY_PATH: %w", err)
		}
	}
	return keys.Load(algorithm, private, public)
}
