package auth

import (
	"context"
	"errors"
	"fmt"

	"watchword/models"
)

// Backend is one way of finding the account that a name given at login means.
type Backend string

// The backends of Django and of django-allauth.
const (
	ModelBackend   Backend = "model"   // the exact user name
	AllauthBackend Backend = "allauth" // the user name in any case
)

// UnmarshalText reads a backend's name, ours or the dotted Python name of the class it stands for.
func (b *Backend) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(ModelBackend), "django.contrib.auth.backends.ModelBackend":
		*b = ModelBackend
	case string(AllauthBackend), "allauth.account.auth_backends.AuthenticationBackend":
		*b = AllauthBackend
	default:
		return fmt.Errorf("unknown authentication backend %q: known are model and allauth", text)
	}
	return nil
}

// find returns the account that username means to the first backend that knows it, or models.ErrNotFound.
//
// Two names that differ in case only are both reachable by their exact spelling and by no other: a guess between two
// accounts would be worse than a refusal.
func (s *Service) find(ctx context.Context, username string) (*models.User, error) {
	for _, backend := range s.cfg.Backends {
		u, err := s.lookUp(ctx, backend, username)
		if !errors.Is(err, models.ErrNotFound) {
			return u, err
		}
	}
	return nil, models.ErrNotFound
}

func (s *Service) lookUp(ctx context.Context, backend Backend, username string) (*models.User, error) {
	if backend == ModelBackend {
		return s.users.UserBy(ctx, models.UserFieldUsername, username)
	}
	users, err := s.users.UsersByUsernameFold(ctx, username)
	if err != nil {
		return nil, err
	}
	if len(users) != 1 {
		return nil, models.ErrNotFound
	}
	return &users[0], nil
}
