package main

import (
	"context"
	"errors"

	"watchword/auth"
)

// createUserCommand creates a user who is no administrator. It asks as createsuperuser does.
//
// Source: the admin of django-ai-kit-auth.
type createUserCommand struct {
	createCommand  `embed:""`
	SendActivation bool `name:"send-activation" help:"Mail a link, and let the user log in only once it was followed."`
}

// Run asks for what is not given and creates the user.
func (c *createUserCommand) Run(p *program) error {
	if c.SendActivation {
		return c.invite(p)
	}
	open, err := p.openAccounts()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	wanted, err := c.wanted(p, open)
	if err != nil {
		return err
	}
	u, err := open.service.CreateUser(p.ctx, wanted)
	if err != nil {
		return notCreated(err, open.store.UserModel())
	}
	p.printf("User '%s' created successfully.\n", u.Username)
	return nil
}

// invite creates a user who waits for an activation, and promises the mail: both or neither.
func (c *createUserCommand) invite(p *program) error {
	open, err := p.openInvitations()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	wanted, err := c.wanted(p, open.account)
	if err != nil {
		return err
	}
	if wanted.Email == "" {
		return usageError{errors.New("--send-activation needs an e-mail address")}
	}
	wanted.Inactive = true
	err = open.store.Atomic(p.ctx, func(ctx context.Context) error {
		u, err := open.service.CreateUser(ctx, wanted)
		if err != nil {
			return err
		}
		return open.activations.Send(ctx, u, open.write)
	})
	if errors.Is(err, auth.ErrMailRefused) {
		return errors.New("no mail can be sent to that address")
	}
	if err != nil {
		return notCreated(err, open.store.UserModel())
	}
	p.printf("User '%s' created successfully. An activation mail is waiting to be sent.\n", firstOf(wanted.Username, wanted.Email))
	return nil
}
