package auth

import (
	"context"
	"errors"

	"watchword/models"
)

// ByExactEmail returns a core like s whose Authenticate takes the very e-mail address in place of a user name, whatever
// Config.Backends says. Where several accounts claim an address, which other ways of making accounts allow, it is the
// oldest one's: nobody can take it from them by claiming it too.
//
// Source: django.contrib.auth.backends.ModelBackend over a user model whose USERNAME_FIELD is email.
func (s *Service) ByExactEmail() *Service {
	exact := *s
	exact.find = []finder{s.byExactEmail}
	return &exact
}

// byExactEmail finds the account of that very address.
func (s *Service) byExactEmail(ctx context.Context, who identifier) ([]models.User, error) {
	u, err := s.store.UserBy(ctx, models.UserFieldEmail, who.username)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []models.User{*u}, nil
}
