package auth

import (
	"errors"
	"fmt"
	"strconv"

	"watchword/models"
)

// SignupConfig says what a new account needs, by django-allauth's rules.
type SignupConfig struct {
	// UsernameRequired asks for a name; without one it is made from the address.
	UsernameRequired bool `setting:"ACCOUNT_USERNAME_REQUIRED" help:"Ask for a user name at registration. Off: one is made from the address if none is given."`
	// UsernameMinLength is the fewest characters of a new name.
	UsernameMinLength int `setting:"ACCOUNT_USERNAME_MIN_LENGTH" help:"The fewest characters of a user name at registration."`
	// OwnAddressNames refuses names that are addresses of others.
	OwnAddressNames bool `setting:"ACCOUNT_USERNAME_OWN_ADDRESS" help:"Refuse a user name with an @ at registration unless it is the address given with it: it would pass for its owner."`
	// EmailRequired asks for an address.
	EmailRequired bool `setting:"ACCOUNT_EMAIL_REQUIRED" help:"Ask for an e-mail address at registration."`
	// UniqueEmail refuses an address that somebody has proved to be theirs.
	UniqueEmail bool `setting:"ACCOUNT_UNIQUE_EMAIL" help:"An address that somebody has verified is nobody else's."`
	// PreventEnumeration does not tell that somebody has an address.
	PreventEnumeration Secrecy `setting:"ACCOUNT_PREVENT_ENUMERATION" help:"Answer a registration with an address that somebody has verified as any other, and mail its owner. The new account can never verify it. Off: refuse it, which tells everybody who has an account."`
	// PasswordMinLength is the fewest characters of a password where no validators say it.
	PasswordMinLength int `setting:"ACCOUNT_PASSWORD_MIN_LENGTH" help:"The fewest characters of a password at registration where AUTH_PASSWORD_VALIDATORS is empty."`
}

// DefaultSignupConfig tells nobody who has an account.
func DefaultSignupConfig() SignupConfig {
	cfg := ExactSignupConfig()
	cfg.PreventEnumeration, cfg.OwnAddressNames = true, true
	return cfg
}

// ExactSignupConfig returns what django-allauth's defaults come to with dj-rest-auth, which looks for the address by
// itself and tells.
func ExactSignupConfig() SignupConfig {
	return SignupConfig{UsernameRequired: true, UsernameMinLength: 1, UniqueEmail: true, PasswordMinLength: 6}
}

// Validate returns every fault, each beginning with the setting's name.
func (c SignupConfig) Validate() error {
	var faults []error
	if c.UsernameMinLength < 1 || c.UsernameMinLength > models.UsernameMaxLength {
		faults = append(faults, fmt.Errorf("ACCOUNT_USERNAME_MIN_LENGTH: must be from 1 to %d", models.UsernameMaxLength))
	}
	if c.PasswordMinLength < 1 {
		faults = append(faults, errors.New("ACCOUNT_PASSWORD_MIN_LENGTH: must be at least 1"))
	}
	return errors.Join(faults...)
}

// Secrecy is a truth value, for which django-allauth also has the word strict.
type Secrecy bool

// UnmarshalText accepts true, false and strict, which means true.
func (s *Secrecy) UnmarshalText(text []byte) error {
	on, err := strconv.ParseBool(string(text))
	if err != nil && string(text) != "strict" {
		return fmt.Errorf("must be true, false or strict, not %q", text)
	}
	*s = Secrecy(on || err != nil)
	return nil
}
