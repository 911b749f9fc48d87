package auth

import (
	"cmp"
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

	Extra map[string]any // columns of a project's own users, as in models.User
}

// CreateUser makes an account, which is active unless n says otherwise, and calls the hook PostRegistered. It returns
// ErrUsernameInvalid or ErrUsernameTaken, of two callers with one name to all but one; of a project's own users also
// *models.ConflictError and *models.NeededError. Where users have no name but their address, the name is another word
// for it.
//
// Source: django.contrib.auth.models.UserManager.
func (s *Service) CreateUser(ctx context.Context, n NewUser) (*models.User, error) {
	if s.cfg.NamesAreAddresses {
		n.Email = cmp.Or(n.Email, n.Username)
	}
	username, err := s.identityOf(n)
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
		Extra: n.Extra,
	}
	err = s.store.Atomic(ctx, func(ctx context.Context) error {
		if err := s.store.CreateUser(ctx, u); err != nil {
			return err
		}
		return s.signals.After(ctx, models.EventPostRegistered, u)
	})
	if err != nil {
		return nil, nameTaken(err)
	}
	return u, nil
}

// identityOf is the name that n will have.
func (s *Service) identityOf(n NewUser) (string, error) {
	if !s.cfg.NamesAreAddresses {
		return s.normalizeUsername(n.Username)
	}
	if address := NormalizeEmail(n.Email); strings.Contains(address, "@") {
		return address, nil
	}
	return "", ErrUsernameInvalid
}

// takenBy says what of a new user somebody has who made their account in another way at the same time: ErrEmailTaken,
// ErrUsernameTaken, or the *models.ConflictError about another column. Other errors are returned as they are.
func (s *Service) takenBy(err error) error {
	var other *models.ConflictError
	switch {
	case errors.As(err, &other) && other.Column == "email",
		s.cfg.NamesAreAddresses && errors.Is(err, models.ErrConflict) && other == nil:
		return ErrEmailTaken
	default:
		return nameTaken(err)
	}
}

// nameTaken turns a conflict that is about no other column into ErrUsernameTaken.
func nameTaken(err error) error {
	var other *models.ConflictError
	if errors.Is(err, models.ErrConflict) && !errors.As(err, &other) {
		return ErrUsernameTaken
	}
	return err
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
