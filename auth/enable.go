package auth

import (
	"context"

	"watchword/auth/password"
	"watchword/models"
)

// Switch enables accounts and disables them.
type Switch interface {
	// SetActive enables a user or disables them, and ends any waiting for an activation; models.ErrNotFound for nobody.
	SetActive(ctx context.Context, user models.UserID, active bool) error
}

// Deactivate disables u's account at once: nobody is let in with its credentials any more. All its logins end for good,
// and so does the password, so that neither comes back when the account is enabled again: the user then asks for a link
// to set a new one. With keepPassword the password stays. It calls the hook Deactivated, and returns models.ErrNotFound
// if u is gone.
//
// Source: the pre_save receiver of ai_kit_auth, which makes the password of a user unusable who is made inactive.
func (s *Service) Deactivate(ctx context.Context, u *models.User, keepPassword bool) error {
	return s.store.Atomic(ctx, func(ctx context.Context) error {
		if err := s.store.SetActive(ctx, u.ID, false); err != nil {
			return err
		}
		if err := s.revokeLogins(ctx, u.ID); err != nil {
			return err
		}
		if !keepPassword {
			if err := s.dropPassword(ctx, u.ID); err != nil {
				return err
			}
		}
		disabled := *u
		disabled.IsActive = false
		return s.signals.After(ctx, models.EventDeactivated, &disabled)
	})
}

// revokeLogins ends all logins of a user, whatever PASSWORD_CHANGE_ENDS_LOGINS says. Sessions end with the password.
func (s *Service) revokeLogins(ctx context.Context, user models.UserID) error {
	for _, scheme := range s.logins {
		if err := scheme.RevokeAll(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

// shutOut ends all logins of a user, sessions too, and the password.
func (s *Service) shutOut(ctx context.Context, user models.UserID) error {
	if err := s.revokeLogins(ctx, user); err != nil {
		return err
	}
	return s.dropPassword(ctx, user)
}

// dropPassword takes a user's password away, in the transaction of ctx, which holds off all who would change it.
func (s *Service) dropPassword(ctx context.Context, user models.UserID) error {
	u, err := s.store.UserBy(ctx, models.UserFieldID, string(user))
	if err != nil {
		return err
	}
	swapped, err := s.store.SwapPassword(ctx, user, u.Password, password.Unusable())
	if err == nil && !swapped {
		return ErrPasswordChanged
	}
	return err
}

// Activate enables u's account, whoever disabled it, and ends any waiting for a proof of the address. It calls the hooks
// PreActivated, which may refuse with ErrRefused, and PostActivated, and returns models.ErrNotFound if u is gone.
func (s *Service) Activate(ctx context.Context, u *models.User) error {
	return s.store.Atomic(ctx, func(ctx context.Context) error {
		if err := s.signals.Before(ctx, models.EventPreActivated, u); err != nil {
			return err
		}
		if err := s.store.SetActive(ctx, u.ID, true); err != nil {
			return err
		}
		enabled := *u
		enabled.IsActive = true
		return s.signals.After(ctx, models.EventPostActivated, &enabled)
	})
}
