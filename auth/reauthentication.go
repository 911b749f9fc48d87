package auth

import (
	"context"
	"errors"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// ErrReauthentication says that users have to prove once more who they are before they may do this.
var ErrReauthentication = errors.New("reauthentication required")

// ReauthenticationConfig says when users have to prove once more who they are.
type ReauthenticationConfig struct {
	// Timeout is how young a login counts as proof.
	Timeout time.Duration `setting:"ACCOUNT_REAUTHENTICATION_TIMEOUT" help:"How long after a login its user may change the primary address, delete the account or have its data without giving the password again. 0: never."`
	// Required asks for proof where the protocol does not know of it: when providers are connected and disconnected.
	Required bool `setting:"ACCOUNT_REAUTHENTICATION_REQUIRED" help:"Ask for a young login, or for the password in the body, when an identity provider is connected or disconnected as well."`
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultReauthenticationConfig has django-allauth's five minutes, and asks wherever somebody could get in for good.
func DefaultReauthenticationConfig() ReauthenticationConfig {
	return ReauthenticationConfig{Timeout: 5 * time.Minute, Required: true, Now: time.Now}
}

// ExactReauthenticationConfig is django-allauth's.
func ExactReauthenticationConfig() ReauthenticationConfig {
	c := DefaultReauthenticationConfig()
	c.Required = false
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c ReauthenticationConfig) Validate() error {
	if c.Timeout < 0 {
		return errors.New("ACCOUNT_REAUTHENTICATION_TIMEOUT: must not be negative")
	}
	return nil
}

// PasswordChecker knows the passwords of users.
type PasswordChecker interface {
	// CheckPassword reports whether password is u's. It counts as an attempt to log in.
	CheckPassword(ctx context.Context, u *models.User, password string) (bool, error)
}

// Reauthentication asks who is logged in for more than a credential that may have been stolen long after the login. It is
// safe for concurrent use.
//
// Source: allauth.account.reauthentication.
type Reauthentication struct {
	cfg       ReauthenticationConfig
	passwords PasswordChecker
	logins    map[string]schemes.LoginDater
}

// NewReauthentication returns a Reauthentication that asks those of known that can tell when a login was.
func NewReauthentication(cfg ReauthenticationConfig, passwords PasswordChecker, known []schemes.Scheme) *Reauthentication {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Reauthentication{cfg: cfg, passwords: passwords, logins: map[string]schemes.LoginDater{}}
	for _, scheme := range known {
		if dater, ok := scheme.(schemes.LoginDater); ok {
			r.logins[scheme.Name()] = dater
		}
	}
	return r
}

// Require returns nil if password is that of id's user, or if it is empty and the login is young enough that id came from.
// It returns ErrInvalidCredentials for a wrong password, and ErrReauthentication for a login that is too old or whose age
// nobody knows.
func (r *Reauthentication) Require(ctx context.Context, id schemes.Identity, password string) error {
	if password != "" {
		ok, err := r.passwords.CheckPassword(ctx, id.User, password)
		if err == nil && !ok {
			return ErrInvalidCredentials
		}
		return err
	}
	dater := r.logins[id.Scheme]
	if dater == nil || r.cfg.Timeout == 0 {
		return ErrReauthentication
	}
	at, err := dater.LoggedInAt(ctx, id)
	if err == nil && (at.IsZero() || r.cfg.Now().Sub(at) >= r.cfg.Timeout) {
		return ErrReauthentication
	}
	return err
}
