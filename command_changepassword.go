package main

import (
	"errors"
	"fmt"
	"io"

	"watchword/auth"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/webhooks"
)

// passwordCommand sets a user's password. Sessions, reset links and whatever else hangs on the old one end with it, and the
// user is told by mail where ACCOUNT_EMAIL_NOTIFICATIONS says so.
//
// Source: django.contrib.auth.management.commands.changepassword.
type passwordCommand struct {
	Username string `arg:"" name:"user" help:"The user name."`
}

// Run asks for the new password and sets it.
func (c *passwordCommand) Run(p *program) error {
	open, err := p.openNotifying()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	u, err := open.store.UserBy(p.ctx, models.UserFieldUsername, c.Username)
	if errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("user '%s' does not exist", c.Username)
	}
	if err != nil {
		return err
	}
	p.printf("Changing password for user '%s'\n", u.Username)
	password, err := p.askPassword(open.validators, attributesOf(u), false)
	if err != nil {
		return err
	}
	if err := open.service.SetPassword(p.ctx, u, password); err != nil {
		return err
	}
	p.printf("Password changed successfully for user '%s'\n", u.Username)
	return nil
}

// openNotifying is openAccounts for a command of which users are told by mail. A running server sends the mails.
func (p *program) openNotifying() (*account, error) {
	loaded, err := p.load()
	if err != nil {
		return nil, err
	}
	if !loaded.Notices.Enabled {
		return p.openAccountsBy(loaded)
	}
	if err := loaded.fillSecretKey(true); err != nil { // mails wait sealed with it
		return nil, usageError{err}
	}
	return p.openAccountsTelling(loaded, func(store *gormstore.Store) (auth.Publisher, error) {
		mails, err := newMailing(&loaded.Settings, store, io.Discard, newLogger(loaded.Log, p.stderr))
		if err != nil {
			return nil, err
		}
		hooks := webhooks.NewPublisher(loaded.Webhooks, store)
		return auth.Publishers{hooks, newNotices(&loaded.Settings, store, mails)}, nil
	})
}
