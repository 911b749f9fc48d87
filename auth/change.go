package auth

import (
	"context"
	"errors"
	"strings"

	"watchword/auth/password"
	"watchword/models"
	"watchword/schemes"
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
// hashed anew in passing. A busy password gate is passed on. It counts as an attempt to log in.
func (s *Service) CheckPassword(ctx context.Context, u *models.User, password string) (bool, error) {
	attempt, err := s.attempts.begin(ctx)
	if err == nil {
		err = attempt.on(ctx, accountOf(u))
	}
	if err != nil {
		s.recordRefusal(ctx, u, err)
		return false, err
	}
	ok, rehash, err := s.passwords.Check(ctx, password, u.Password)
	if err == nil && ok && rehash {
		s.upgrade(ctx, u, password)
	}
	if ok || err != nil {
		s.noteAttempt(ctx, attempt.takeBack(ctx))
	}
	if !ok && err == nil {
		s.recordRefusal(ctx, u, ErrInvalidCredentials)
	}
	return ok, err
}

// CheckNewPassword returns a *WeakPassword for a password that the validators do not agree to as one of u's. u need not be
// in the database.
func (s *Service) CheckNewPassword(u *models.User, text string) error {
	if faults := s.validators.Validate(text, attributesOf(u)); len(faults) > 0 {
		return &WeakPassword{Faults: faults}
	}
	return nil
}

// ChangePassword gives id's user, who has just been proved, a new password that the validators agree to. Where
// PASSWORD_CHANGE_ENDS_LOGINS says so all other logins of theirs end, and the one that id came from goes on. It returns a
// *WeakPassword when the validators do not agree, and ErrPasswordChanged when the user's password is not the stored one
// any more: of several changes at once the first wins, and none undoes a reset. It calls the hook PasswordChanged.
//
// Source: django.contrib.auth.forms.SetPasswordForm.
func (s *Service) ChangePassword(ctx context.Context, id schemes.Identity, text string) error {
	if err := s.CheckNewPassword(id.User, text); err != nil {
		return err
	}
	err := s.replacePassword(ctx, id.User, text, func(ctx context.Context) error {
		if err := s.endOtherLogins(ctx, id); err != nil {
			return err
		}
		return s.signals.After(ctx, models.EventPasswordChanged, id.User)
	})
	if errors.Is(err, password.ErrTooLong) {
		return &WeakPassword{Faults: []PasswordFault{{Code: PasswordTooLong}}}
	}
	return err
}

// SetPassword gives u a new password, which the caller has validated, and ends all logins of theirs where
// PASSWORD_CHANGE_ENDS_LOGINS says so. It calls the hook PasswordChanged, and returns ErrPasswordChanged when u no longer
// is what the database holds.
func (s *Service) SetPassword(ctx context.Context, u *models.User, password string) error {
	return s.replacePassword(ctx, u, password, func(ctx context.Context) error {
		if err := s.endLogins(ctx, u.ID); err != nil {
			return err
		}
		return s.signals.After(ctx, models.EventPasswordChanged, u)
	})
}

// replacePassword swaps u's password and calls then, in one transaction. Hashing, which takes long, comes before. u is
// changed only if all went well.
func (s *Service) replacePassword(ctx context.Context, u *models.User, text string, then func(ctx context.Context) error) error {
	encoded, err := s.passwords.Encode(ctx, text)
	if err != nil {
		return err
	}
	err = s.store.Atomic(ctx, func(ctx context.Context) error {
		swapped, err := s.store.SwapPassword(ctx, u.ID, u.Password, encoded)
		if err != nil {
			return err
		}
		if !swapped {
			return ErrPasswordChanged
		}
		return then(ctx)
	})
	if err == nil {
		u.Password = encoded
	}
	return err
}

// endLogins ends all logins of a user, if a change of the password is to do so.
func (s *Service) endLogins(ctx context.Context, user models.UserID) error {
	if !s.cfg.EndLogins {
		return nil
	}
	return s.revokeLogins(ctx, user)
}

// endOtherLogins is endLogins for all but the login that id came from.
func (s *Service) endOtherLogins(ctx context.Context, id schemes.Identity) error {
	if !s.cfg.EndLogins {
		return nil
	}
	for _, scheme := range s.logins {
		if err := scheme.RevokeOthers(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// attributesOf returns what a password of u must not be like.
func attributesOf(u *models.User) password.Attributes {
	return password.Attributes{
		"username": u.Username, "first_name": u.FirstName, "last_name": u.LastName, "email": u.Email,
	}
}
