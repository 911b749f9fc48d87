package auth

import (
	"context"
	"errors"
	"strings"

	"watchword/models"
)

// NewUser says what a new account shall be like.
type NewUser struct {
	Username  string
	Email     string // may be empty
	FirstName string
	LastName  string
	Password  string // in clear; the caller has validated it
	Superuser bool   // also staff, as Django's create_superuser makes it
	Inactive  bool   // may not log in yet
}

// CreateUser makes an account, which is active unless n says otherwise, and calls the hook PostRegistered. It returns
// ErrUsernameInvalid or ErrUsernameTaken, of two callers with one name to all but one.
//
// Source: django.contrib.auth.models.UserManager.
func (s *Service) CreateUser(ctx context.Context, n NewUser) (*models.User, error) {
	username, err := normalizeUsername(n.Username)
	if err != nil {
		return nil, err
	}
	encoded, err := s.passwords.Encode(ctx, n.Password)
	if err != nil {
		return nil, err
	}
	u := &models.User{
		Username: username, Email: NormalizeEmail(n.Email), Password: encoded, FirstName: n.FirstName, LastName: n.LastName,
		IsActive: !n.Inactive, IsStaff: n.Superuser, IsSuperuser: n.Superuser, DateJoined: s.cfg.Now().UTC(),
	}
	err = s.store.Atomic(ctx, func(ctx context.Context) error {
		if err := s.store.CreateUser(ctx, u); err != nil {
			return err
		}
		return s.signals.After(ctx, models.EventPostRegistered, u)
	})
	if errors.Is(err, models.ErrConflict) {
		return nil, ErrUsernameTaken
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// NormalizeEmail lower-cases the domain part of address and leaves the rest alone.
//
// Source: django.contrib.auth.base_user.BaseUserManager.normalize_email.
func NormalizeEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	return address[:at] + strings.ToLower(address[at:])
}
