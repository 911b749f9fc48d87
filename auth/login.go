package auth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"watchword/models"
	"watchword/schemes"
)

// Authenticate returns the active user whom username and password open. Unknown, disabled and password-less accounts
// and wrong passwords are all ErrInvalidCredentials and cost the same work. A password whose hash is out of date is
// hashed anew in passing. A busy password gate is passed on.
//
// Source: django.contrib.auth.authenticate over ModelBackend and allauth's AuthenticationBackend.
func (s *Service) Authenticate(ctx context.Context, username, password string) (*models.User, error) {
	u, err := s.find(ctx, username)
	if errors.Is(err, models.ErrNotFound) {
		if err := s.passwords.Dummy(ctx, password); err != nil {
			return nil, err
		}
		return nil, ErrInvalidCredentials
	}
	if err != nil {
		return nil, err
	}
	ok, rehash, err := s.passwords.Check(ctx, password, u.Password)
	if err != nil {
		return nil, err
	}
	if !ok || !u.IsActive {
		return nil, ErrInvalidCredentials
	}
	if rehash {
		s.upgrade(ctx, u, password)
	}
	return u, nil
}

// upgrade replaces u's hash by one of today's strength, unless the password was changed meanwhile. An upgrade that
// fails waits for the next login: the user has proved who they are.
func (s *Service) upgrade(ctx context.Context, u *models.User, password string) {
	encoded, err := s.passwords.Encode(ctx, password)
	if err == nil {
		var swapped bool
		if swapped, err = s.users.SwapPassword(ctx, u.ID, u.Password, encoded); swapped {
			u.Password = encoded
		}
	}
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "password hash not upgraded", slog.String("user", string(u.ID)),
			slog.Any("error", err))
	}
}

// Login hands u, who has just been proved, a credential of scheme. Credential and last login are written together or
// not at all.
func (s *Service) Login(r *http.Request, scheme schemes.Scheme, u *models.User) (schemes.Grant, error) {
	var grant schemes.Grant
	err := s.users.Atomic(r.Context(), func(ctx context.Context) error {
		var err error
		if grant, err = scheme.Issue(r.WithContext(ctx), u); err != nil || !s.recording {
			return err
		}
		return s.users.SetLastLogin(ctx, u.ID, s.cfg.Now())
	})
	return grant, err
}
