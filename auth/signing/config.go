package signing

import (
	"errors"
	"time"
)

// Config holds the keys that values are signed with.
type Config struct {
	// SecretKey signs new values and is tried first on old ones. It must not be empty.
	SecretKey string `setting:"SECRET_KEY" secret:"true" help:"The key that signs sessions, links and tokens"`
	// SecretKeyFallbacks are former keys: values signed with them are still accepted, none is made any more.
	SecretKeyFallbacks []string `setting:"SECRET_KEY_FALLBACKS" secret:"true" help:"Former secret keys, still accepted"`
	// Now tells the time; nil means time.Now.
	Now func() time.Time
}

// DefaultConfig returns a Config without keys: they differ from installation to installation.
func DefaultConfig() Config { return Config{Now: time.Now} }

// Validate reports every key that everybody knows: the empty ones.
func (c Config) Validate() error {
	var faults []error
	if c.SecretKey == "" {
		faults = append(faults, errors.New("SECRET_KEY must not be empty"))
	}
	for _, key := range c.SecretKeyFallbacks {
		if key == "" {
			faults = append(faults, errors.New("SECRET_KEY_FALLBACKS must not contain an empty key"))
			break
		}
	}
	return errors.Join(faults...)
}

// keys returns the signing key, followed by the keys that are accepted only.
func (c Config) keys() []string { return append([]string{c.SecretKey}, c.SecretKeyFallbacks...) }

// clock returns Now or its default.
func (c Config) clock() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}
