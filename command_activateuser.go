package main

import (
	"errors"
	"fmt"

	"watchword/auth/password"
	"watchword/models"
)

// activateCommand enables accounts.
//
// Source: the admin of django-ai-kit-auth, where this is a tick.
type activateCommand struct {
	Users []string `arg:"" name:"user" help:"User names."`
}

// Run enables each of them. It tries all, and fails if one failed.
func (c *activateCommand) Run(p *program) error {
	return p.eachUser(c.Users, func(open *account, u *models.User) error {
		if u.IsActive {
			p.printf("User '%s' is active already.\n", u.Username)
			return nil
		}
		if err := open.service.Activate(p.ctx, u); err != nil {
			return err
		}
		p.printf("User '%s' activated successfully.\n", u.Username)
		if !password.Usable(u.Password) {
			p.printf("User '%s' has no password: set one with changepassword, or let them ask for a link.\n", u.Username)
		}
		return nil
	})
}

// deactivateCommand disables accounts, and ends what they are logged in with.
//
// Source: the admin of django-ai-kit-auth, where this is a tick, and the password becomes unusable.
type deactivateCommand struct {
	Users        []string `arg:"" name:"user" help:"User names."`
	KeepPassword bool     `name:"keep-password" help:"Leave the password, so that it works again after activateuser."`
}

// Run disables each of them. It tries all, and fails if one failed.
func (c *deactivateCommand) Run(p *program) error {
	return p.eachUser(c.Users, func(open *account, u *models.User) error {
		if err := open.service.Deactivate(p.ctx, u, c.KeepPassword); err != nil {
			return err
		}
		p.printf("User '%s' deactivated successfully.\n", u.Username)
		return nil
	})
}

// eachUser does something to the users of those names. It tries all of them, and fails if one failed.
func (p *program) eachUser(names []string, do func(open *account, u *models.User) error) error {
	open, err := p.openAccounts()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	return p.each(open, names, func(u *models.User) error { return do(open, u) })
}

// each is eachUser with a database that is open already.
func (p *program) each(open *account, names []string, do func(u *models.User) error) error {
	var failures []error
	for _, name := range names {
		u, err := open.store.UserBy(p.ctx, models.UserFieldUsername, name)
		if err == nil {
			err = do(u)
		}
		switch {
		case errors.Is(err, models.ErrNotFound):
			failures = append(failures, fmt.Errorf("user '%s' does not exist", name))
		case err != nil:
			failures = append(failures, fmt.Errorf("user '%s': %w", name, err))
		}
	}
	return errors.Join(failures...)
}
