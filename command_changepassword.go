package main

import (
	"errors"
	"fmt"

	"watchword/models"
)

// passwordCommand sets a user's password. Sessions, reset links and whatever else hangs on the old one end with it.
//
// Source: django.contrib.auth.management.commands.changepassword.
type passwordCommand struct {
	Username string `arg:"" name:"user" help:"The user name."`
}

// Run asks for the new password and sets it.
func (c *passwordCommand) Run(p *program) error {
	open, err := p.openAccounts()
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
