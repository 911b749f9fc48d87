package auth

import (
	"errors"
	"time"

	"watchword/auth/signing"
)

// AddressConfig says what users may do about their own addresses, by django-allauth's rules.
type AddressConfig struct {
	// Max is how many addresses a user may have. 0: any number.
	Max int `setting:"ACCOUNT_MAX_EMAIL_ADDRESSES" help:"How many e-mail addresses a user may have. 0: any number."`
	// UndoTimeout is how long links are good that give a user the former primary address back.
	UndoTimeout time.Duration `setting:"ACCOUNT_EMAIL_UNDO_TIMEOUT" help:"How long the link is good that is mailed to the former primary address, and that makes it the primary one again. 0: none is mailed."`

	// Signup says whose address is nobody else's, whether strangers are told, and whether an account needs one.
	Signup SignupConfig
	// Rate is how often a user may change anything.
	Rate UserRate
	// Keys sign links.
	Keys signing.Config
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultAddressConfig allows ten addresses, and a week to take a change back.
func DefaultAddressConfig() AddressConfig {
	cfg := ExactAddressConfig()
	cfg.Max, cfg.Signup = 10, DefaultSignupConfig()
	return cfg
}

// ExactAddressConfig allows any number of addresses, as django-allauth does.
func ExactAddressConfig() AddressConfig {
	return AddressConfig{UndoTimeout: 7 * 24 * time.Hour, Signup: ExactSignupConfig(), Keys: signing.DefaultConfig(), Now: time.Now}
}

// Validate returns every fault, each beginning with the setting's name.
func (c AddressConfig) Validate() error {
	var faults []error
	if c.Max < 0 {
		faults = append(faults, errors.New("ACCOUNT_MAX_EMAIL_ADDRESSES: must not be negative"))
	}
	if c.UndoTimeout < 0 || c.UndoTimeout > maxExpireDays*24*time.Hour {
		faults = append(faults, errors.New("ACCOUNT_EMAIL_UNDO_TIMEOUT: must be from 0 to 100000 days"))
	}
	return errors.Join(faults...)
}
