package keys

import (
	"errors"
	"fmt"
	"time"
)

// Config says where keys are kept.
type Config struct {
	PrivateKeyPath string `setting:"JWT_PRIVATE_KEY_PATH" help:"File with the private key (PEM, OpenSSH or JWK), where SIMPLE_JWT's SIGNING_KEY is empty."`
	PublicKeyPath  string `setting:"JWT_PUBLIC_KEY_PATH" help:"File with the public key or keys. Empty: the public half of the private key."`

	Folder      string        `setting:"JWT_KEYS_FOLDER" help:"Folder of the keys that this server makes itself, where neither of the others is given."`
	Bits        int           `setting:"JWT_KEY_BITS" help:"Size of RSA keys made there."`
	PublishLead time.Duration `setting:"JWT_KEY_PUBLISH_LEAD" help:"How long a new key is published before it signs: longer than anybody caches the key list."`

	RSALibrary RSALibrary `setting:"RSA_LIBRARY" help:"What computes RSA signatures: go (crypto/rsa), system (the OpenSSL of this machine, several times as fast), or auto: that if it is there and gives the same."`

	// Keep is how long a key verifies after another one has taken over: the longest lifetime of a token.
	Keep time.Duration
	Now  func() time.Time
}

// DefaultConfig keeps keys in data/keys. RSA keys have 2048 bits, the size that NIST allows until 2030: tokens live for
// days and keys can be rotated, so nothing must stay secret longer, and 3072 bits would make every signature cost three
// times as much.
func DefaultConfig() Config {
	return Config{
		Folder:      "data/keys",
		Bits:        minRSABits,
		PublishLead: 15 * time.Minute,
		RSALibrary:  RSAAuto,
		Keep:        24 * time.Hour,
		Now:         time.Now,
	}
}

// Validate reports every fault of the settings at once.
func (c Config) Validate() error {
	var faults []error
	if c.PrivateKeyPath == "" && c.PublicKeyPath == "" && c.Folder == "" {
		faults = append(faults, errors.New("JWT_KEYS_FOLDER: must be given where there is no key file"))
	}
	if c.Bits < minRSABits || c.Bits > maxRSABits {
		faults = append(faults, fmt.Errorf("JWT_KEY_BITS: must be between %d and %d", minRSABits, maxRSABits))
	}
	if c.PublishLead < time.Minute || c.PublishLead > 30*24*time.Hour {
		faults = append(faults, errors.New("JWT_KEY_PUBLISH_LEAD: must be between one minute and thirty days"))
	}
	return errors.Join(faults...)
}
