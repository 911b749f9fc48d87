package auth

import (
	"context"
	"errors"
	"strings"

	"watchword/auth/password"
	"watchword/models"
)

// PasswordFault says why a new password is not good enough: one of the codes below, and what it is about.
type PasswordFault = password.Fault

// The codes of PasswordFault, which are Django's but for the last.
const (
	PasswordTooSimilar = password.TooSimilar
	PasswordTooShort   = password.TooShort
	PasswordTooCommon  = password.TooCommon
	PasswordNumeric    = password.EntirelyNumeric
	PasswordTooLong    = "password_too_long" // for the preferred hasher
)

// WeakPassword is the error for a new password that is not good enough.
type WeakPassword struct{ Faults []PasswordFault }

// Error names the codes, for logs and tests.
func (w *WeakPassword) Error() string {
	codes := make([]string, len(w.Faults))
	for i, fault := range w.Faults {
		codes[i] = fault.Code
	}
	return "weak password: " + strings.Join(codes, ", ")
}

// CheckPassword reports whether password is u's, whether or not u may log in. A password whose hash is out of date is
// hashed anew in passing. A busy password gate is passed on.
func (s *Service) CheckPassword(ctx context.Context, u *models.User, password string) (bool, error) {
	ok, rehash, err := s.passwords.Check(ctx, password, u.Password)
	if err == nil && ok && rehash {
		s.upgrade(ctx, u, password)
	}
	return ok, err
}

// ChangePassword gives u, who has just been proved, a new password that the validators agree to. It returns a
// *WeakPassword when they do not, and ErrPasswordChanged when u's password is not the stored one any more: of several
// changes at once the first wins, and none undoes a reset.
//
// Source: django.contrib.auth.forms.SetPasswordForm.
func (s *Service) ChangePassword(ctx context.Context, u *models.User, text string) error {
	if faults := s.validators.Validate(text, attributesOf(u)); len(faults) > 0 {
		return &WeakPassword{Faults: faults}
	}
	err := s.SetPassword(ctx, u, text)
	if errors.Is(err, password.ErrTooLong) {
		return &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
	}
	return err
}

// attributesOf returns what a password of u must not be like.
func attributesOf(u *models.User) password.Attributes {
	return password.Attributes{
		"username": u.Username, "first_name": u.FirstName, "last_name": u.LastName, "email": u.Email,
	}
}
