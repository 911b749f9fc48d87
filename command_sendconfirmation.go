package main

import (
	"errors"
	"fmt"
	"io"

	"watchword/auth"
	"watchword/models"
	"watchword/models/gormstore"
)

// confirmationBatch is how many users are looked up at once.
const confirmationBatch = 500

// sendConfirmationCommand mails confirmation links to users, for those who lost the first mail and those who were there
// before confirmation was asked for.
//
// Source: rest_authtoken.email_confirmation.send_confirmation_email, which is to be called from a Django shell.
type sendConfirmationCommand struct {
	Users      []string `arg:"" optional:"" name:"user" help:"User names."`
	Unverified bool     `help:"Everybody who has an address and has not confirmed it. Disabled users who have ever logged in are left out."`
}

// Run promises the mails to the outbox, which a running server sends.
func (c *sendConfirmationCommand) Run(p *program) error {
	if c.Unverified == (len(c.Users) > 0) {
		return usageError{errors.New("name users, or give --unverified")}
	}
	loaded, err := p.load()
	if err != nil {
		return err
	}
	if !loaded.Registration.Confirmation.Required {
		return usageError{errors.New("REGISTRATION_EMAIL_CONFIRM is false: no server here would take the links")}
	}
	if err := loaded.fillSecretKey(true); err != nil {
		return usageError{err}
	}
	store, err := openStore(p.ctx, &loaded.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	mails, err := newMailing(&loaded.Settings, store, io.Discard, newLogger(loaded.Log, p.stderr))
	if err != nil {
		return err
	}
	confirmations, err := newConfirmations(&loaded.Settings, store, mails, nil)
	if err != nil {
		return err
	}
	if c.Unverified {
		return sendToUnverified(p, confirmations)
	}
	return c.sendToNamed(p, store, confirmations)
}

// sendToNamed sends to the named users. It tries all of them, and fails if one failed.
func (c *sendConfirmationCommand) sendToNamed(p *program, store *gormstore.Store, confirmations *auth.Confirmations) error {
	var failures []error
	for _, username := range c.Users {
		u, err := store.UserBy(p.ctx, models.UserFieldUsername, username)
		switch {
		case errors.Is(err, models.ErrNotFound):
			err = fmt.Errorf("user '%s' does not exist", username)
		case err == nil && u.Email == "":
			err = fmt.Errorf("user '%s' has no e-mail address", username)
		case err == nil:
			err = sendTo(p, confirmations, u)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// sendToUnverified sends to all who have not confirmed their address.
func sendToUnverified(p *program, confirmations *auth.Confirmations) error {
	var failures []error
	for after := models.UserID(""); ; {
		users, err := confirmations.Unconfirmed(p.ctx, after, confirmationBatch)
		if err != nil {
			return errors.Join(append(failures, err)...)
		}
		for i := range users {
			if err := sendTo(p, confirmations, &users[i]); err != nil {
				failures = append(failures, err)
			}
			after = users[i].ID
		}
		if len(users) < confirmationBatch {
			return errors.Join(failures...)
		}
	}
}

// sendTo promises a mail to u, and says so.
func sendTo(p *program, confirmations *auth.Confirmations, u *models.User) error {
	err := confirmations.Send(p.ctx, u)
	if errors.Is(err, auth.ErrMailRefused) {
		return fmt.Errorf("user '%s' has an address that no mail can be sent to", u.Username)
	}
	if err != nil {
		return fmt.Errorf("user '%s': %w", u.Username, err)
	}
	p.printf("A confirmation mail to user '%s' is waiting to be sent.\n", u.Username)
	return nil
}
