package token

import (
	"errors"
	"fmt"
	"time"

	"watchword/auth/opaque"
)

// Config holds the settings of the scheme. AUTH_TOKEN_VALIDITY is django-rest-authtoken's; the others are ours, in the
// terms of django-rest-knox where it has them.
type Config struct {
	Validity           time.Duration      `setting:"AUTH_TOKEN_VALIDITY" help:"How long an opaque token is good. 0: until logout."`
	Digests            []opaque.Algorithm `setting:"AUTH_TOKEN_DIGESTS" help:"The digests that opaque tokens are stored under: sha256, sha512 (that of django-rest-authtoken). All are looked for, the first is written."`
	Prefix             string             `setting:"AUTH_TOKEN_PREFIX" help:"Begins every new opaque token, which then also ends in a checksum, so that scanners for secrets recognise it. Empty: 64 characters and nothing else."`
	LimitPerUser       int                `setting:"AUTH_TOKEN_LIMIT_PER_USER" help:"How many logins by opaque token a user may have at once; one more ends the oldest. 0: any number."`
	AutoRefresh        bool               `setting:"AUTH_TOKEN_AUTO_REFRESH" help:"Count AUTH_TOKEN_VALIDITY from the last use instead of the login."`
	MinRefreshInterval time.Duration      `setting:"AUTH_TOKEN_MIN_REFRESH_INTERVAL" help:"How old the last noted use must be before another one is noted. Only for AUTH_TOKEN_AUTO_REFRESH."`
	AutoRefreshMaxTTL  time.Duration      `setting:"AUTH_TOKEN_AUTO_REFRESH_MAX_TTL" help:"How long after the login a token ends, however often it is used. 0: never. Only for AUTH_TOKEN_AUTO_REFRESH."`

	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig keeps SHA-256 digests, and a bounded number of logins for each user.
func DefaultConfig() Config {
	return Config{
		Validity:           24 * time.Hour,
		Digests:            []opaque.Algorithm{opaque.SHA256},
		LimitPerUser:       100,
		MinRefreshInterval: time.Minute,
		AutoRefreshMaxTTL:  30 * 24 * time.Hour,
		Now:                time.Now,
	}
}

// ExactConfig bounds nothing, and reads the rows that django-rest-authtoken wrote.
func ExactConfig() Config {
	cfg := DefaultConfig()
	cfg.Digests = []opaque.Algorithm{opaque.SHA256, opaque.SHA512}
	cfg.LimitPerUser = 0
	return cfg
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	var faults []error
	if len(c.Digests) == 0 {
		faults = append(faults, errors.New("AUTH_TOKEN_DIGESTS: must name sha256, sha512 or both"))
	} else if _, err := opaque.NewCodec(c.Digests, c.Prefix); err != nil {
		faults = append(faults, fmt.Errorf("AUTH_TOKEN_DIGESTS, AUTH_TOKEN_PREFIX: %w", err))
	}
	if c.Validity < 0 {
		faults = append(faults, errors.New("AUTH_TOKEN_VALIDITY: must not be negative"))
	}
	if c.LimitPerUser < 0 {
		faults = append(faults, errors.New("AUTH_TOKEN_LIMIT_PER_USER: must not be negative"))
	}
	if c.AutoRefresh {
		faults = append(faults, c.validateRefresh()...)
	}
	return errors.Join(faults...)
}

// validateRefresh refuses a life by use that cannot work.
func (c Config) validateRefresh() []error {
	var faults []error
	if c.Validity == 0 {
		faults = append(faults, errors.New("AUTH_TOKEN_AUTO_REFRESH: needs AUTH_TOKEN_VALIDITY; tokens without an end need no refresh"))
	}
	if c.MinRefreshInterval < 0 || c.Validity > 0 && c.MinRefreshInterval >= c.Validity {
		faults = append(faults, errors.New("AUTH_TOKEN_MIN_REFRESH_INTERVAL: must be shorter than AUTH_TOKEN_VALIDITY, and not negative"))
	}
	if c.AutoRefreshMaxTTL != 0 && c.AutoRefreshMaxTTL < c.Validity {
		faults = append(faults, errors.New("AUTH_TOKEN_AUTO_REFRESH_MAX_TTL: must not be shorter than AUTH_TOKEN_VALIDITY"))
	}
	return faults
}
