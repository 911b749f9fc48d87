package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"watchword/auth"
	"watchword/models"
)

// sendActivationCommand mails activation links to users who have yet to prove their address.
//
// Source: the admin of django-ai-kit-auth, which sends one whenever a user is added.
type sendActivationCommand struct {
	Users []string `arg:"" name:"user" help:"User names."`
}

// Run promises the mails to the outbox, which a running server sends. It tries all users, and fails if one failed.
func (c *sendActivationCommand) Run(p *program) error {
	open, err := p.openInvitations()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	return p.each(open.account, c.Users, func(u *models.User) error {
		if u.IsActive {
			p.printf("User '%s' is active already.\n", u.Username)
			return nil
		}
		if err := open.activations.Resend(p.ctx, u, open.write); err != nil {
			return notInvited(err)
		}
		p.printf("An activation mail to user '%s' is waiting to be sent.\n", u.Username)
		return nil
	})
}

// invitations mails activation links to users for whom accounts were made.
type invitations struct {
	*account
	activations *auth.Activations
	write       auth.LinkWriter
}

// openInvitations is openAccounts for commands that mail activation links.
func (p *program) openInvitations() (*invitations, error) {
	loaded, err := p.load()
	if err != nil {
		return nil, err
	}
	s := &loaded.Settings
	base := cmp.Or(s.AIKit.Frontend.URL, s.Links.SiteURL)
	if base == "" {
		return nil, usageError{errors.New("AI_KIT_AUTH.FRONTEND.URL: activation links need to know where the application is")}
	}
	if err := loaded.fillSecretKey(true); err != nil {
		return nil, usageError{err}
	}
	open, err := p.openAccountsBy(loaded)
	if err != nil {
		return nil, err
	}
	mails, err := newMailing(s, open.store, io.Discard, newLogger(loaded.Log, p.stderr))
	if err != nil {
		return nil, errors.Join(err, open.store.Close())
	}
	activations, err := newActivations(s, open.service, open.store, mails)
	if err != nil {
		return nil, errors.Join(err, open.store.Close())
	}
	return &invitations{account: open, activations: activations, write: newFrontend(s, mails).Invitation(base)}, nil
}

// notInvited says in words why a user is mailed no link.
func notInvited(err error) error {
	switch {
	case errors.Is(err, auth.ErrNotWaiting):
		return errors.New("was disabled: no link enables them, only activateuser does")
	case errors.Is(err, auth.ErrMailRefused):
		return errors.New("has no address that a mail can be sent to")
	}
	return fmt.Errorf("the mail could not be promised: %w", err)
}
