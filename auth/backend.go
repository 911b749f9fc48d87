package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"watchword/models"
)

// Backend is one way of finding the account that a name given at login means.
type Backend string

// The backends of Django and of django-allauth.
const (
	ModelBackend   Backend = "model"   // the exact user name
	AllauthBackend Backend = "allauth" // what Config.Method says: the user name in any case, an e-mail address, or either
)

// The classes that the backends stand for.
const (
	modelBackendClass   = "django.contrib.auth.backends.ModelBackend"
	allauthBackendClass = "allauth.account.auth_backends.AuthenticationBackend"
)

// UnmarshalText reads a backend's name, ours or the dotted Python name of the class it stands for.
func (b *Backend) UnmarshalText(text []byte) error {
	switch string(text) {
	case string(ModelBackend), modelBackendClass:
		*b = ModelBackend
	case string(AllauthBackend), allauthBackendClass:
		*b = AllauthBackend
	default:
		return fmt.Errorf("unknown authentication backend %q: known are model and allauth", text)
	}
	return nil
}

// DottedName is the Python name of the class that b stands for, which Django writes into sessions.
func (b Backend) DottedName() string {
	if b == AllauthBackend {
		return allauthBackendClass
	}
	return modelBackendClass
}

// Method is what people log in with.
type Method string

// The methods of django-allauth.
const (
	ByUsername        Method = "username"
	ByEmail           Method = "email"
	ByUsernameOrEmail Method = "username_email"
)

// UnmarshalText accepts the names of the methods.
func (m *Method) UnmarshalText(text []byte) error {
	switch method := Method(text); method {
	case ByUsername, ByEmail, ByUsernameOrEmail:
		*m = method
		return nil
	}
	return fmt.Errorf("must be username, email or username_email, not %q", text)
}

// identifier is what somebody says who they are. What was not said is "".
type identifier struct{ username, email string }

// finder finds the accounts that an identifier may mean; none is no error.
type finder func(ctx context.Context, who identifier) ([]models.User, error)

// finders returns what the configured backends do, in their order.
func (s *Service) finders() []finder {
	var list []finder
	for _, backend := range s.cfg.Backends {
		switch {
		case backend == ModelBackend:
			list = append(list, s.byExactUsername)
		case s.cfg.Method == ByEmail:
			list = append(list, s.byEmail)
		case s.cfg.Method == ByUsernameOrEmail:
			list = append(list, s.byEmail, s.byUsername)
		default:
			list = append(list, s.byUsername)
		}
	}
	return list
}

// byExactUsername finds the account of that very name.
//
// Source: django.contrib.auth.backends.ModelBackend.
func (s *Service) byExactUsername(ctx context.Context, who identifier) ([]models.User, error) {
	u, err := s.store.UserBy(ctx, models.UserFieldUsername, who.username)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []models.User{*u}, nil
}

// byUsername finds the account of that name in any case, or in small letters where all names are stored so. Two names that differ in case only are both reachable by their
// exact spelling and by no other: a guess between two accounts would be worse than a refusal.
//
// Source: allauth.account.auth_backends.AuthenticationBackend, which crashes on two such names.
func (s *Service) byUsername(ctx context.Context, who identifier) ([]models.User, error) {
	if !s.cfg.PreserveUsernameCasing {
		return s.byExactUsername(ctx, identifier{username: strings.ToLower(who.username)})
	}
	users, err := s.store.UsersByUsernameFold(ctx, who.username)
	if len(users) != 1 {
		return nil, err
	}
	return users, err
}

// byEmail finds the accounts of an address, which may also stand where a user name is asked for.
//
// Source: allauth.account.auth_backends.AuthenticationBackend.
func (s *Service) byEmail(ctx context.Context, who identifier) ([]models.User, error) {
	return s.usersByEmail(ctx, cmp.Or(who.email, who.username))
}
