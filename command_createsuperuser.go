package main

import (
	"errors"
	"fmt"
	"os/user"

	"watchword/auth"
	"watchword/models"
)

// createCommand creates an administrator.
//
// Source: django.contrib.auth.management.commands.createsuperuser.
type createCommand struct {
	Username string `placeholder:"NAME" help:"The user name (else asked, or $$DJANGO_SUPERUSER_USERNAME)."`
	Email    string `placeholder:"ADDRESS" help:"The e-mail address (else asked, or $$DJANGO_SUPERUSER_EMAIL)."`
	NoInput  bool   `name:"noinput" aliases:"no-input" help:"Ask nothing: take DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD from the environment."`
}

// Run asks for what is not given and creates the user.
func (c *createCommand) Run(p *program) error {
	open, err := p.openAccounts()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	wanted, err := c.wanted(p, open)
	if err != nil {
		return err
	}
	wanted.Superuser = true
	if _, err := open.service.CreateUser(p.ctx, wanted); err != nil {
		return notCreated(err)
	}
	p.printf("Superuser created successfully.\n")
	return nil
}

// wanted is the user to be created, as given or asked for.
func (c *createCommand) wanted(p *program, open *account) (auth.NewUser, error) {
	if c.NoInput {
		return c.userFromEnviron(p, open)
	}
	return c.askForUser(p, open)
}

// notCreated says in words why a user was not created.
func notCreated(err error) error {
	switch {
	case errors.Is(err, auth.ErrUsernameTaken):
		return errors.New("that username is already taken")
	case errors.Is(err, auth.ErrUsernameInvalid):
		return errInvalidUsername
	}
	return err
}

// errInvalidUsername says what user names consist of.
var errInvalidUsername = fmt.Errorf("a username has at most %d letters, digits and @ . + - _", models.UsernameMaxLength)

// userFromEnviron takes everything from the environment; the password is not judged, as in Django.
func (c *createCommand) userFromEnviron(p *program, _ *account) (auth.NewUser, error) {
	wanted := auth.NewUser{
		Username: firstOf(c.Username, p.getenv("DJANGO_SUPERUSER_USERNAME")),
		Email:    firstOf(c.Email, p.getenv("DJANGO_SUPERUSER_EMAIL")),
		Password: p.getenv("DJANGO_SUPERUSER_PASSWORD"),
	}
	if wanted.Username == "" {
		return wanted, usageError{errors.New("--noinput needs --username or DJANGO_SUPERUSER_USERNAME")}
	}
	if wanted.Password == "" {
		return wanted, usageError{errors.New("--noinput needs the password in DJANGO_SUPERUSER_PASSWORD")}
	}
	return wanted, nil
}

// askForUser asks for what is not given.
func (c *createCommand) askForUser(p *program, open *account) (auth.NewUser, error) {
	username, err := c.askForUsername(p, open)
	if err != nil {
		return auth.NewUser{}, err
	}
	email := firstOf(c.Email, p.getenv("DJANGO_SUPERUSER_EMAIL"))
	if email == "" {
		if email, err = p.ask("Email address: "); err != nil {
			return auth.NewUser{}, err
		}
	}
	attributes := attributesOf(&models.User{Username: username, Email: email})
	password, err := p.askPassword(open.validators, attributes, true)
	return auth.NewUser{Username: username, Email: email, Password: password}, err
}

// askForUsername asks until the name is free and well formed. A name that was given is looked at only once.
func (c *createCommand) askForUsername(p *program, open *account) (string, error) {
	given := firstOf(c.Username, p.getenv("DJANGO_SUPERUSER_USERNAME"))
	for {
		username, err := c.typedUsername(p, given)
		if err != nil {
			return "", err
		}
		problem := errInvalidUsername
		if models.ValidUsername(username) {
			_, err := open.store.UserBy(p.ctx, models.UserFieldUsername, username)
			if errors.Is(err, models.ErrNotFound) {
				return username, nil
			}
			if err != nil {
				return "", err
			}
			problem = errors.New("that username is already taken")
		}
		if given != "" {
			return "", problem
		}
		_, _ = fmt.Fprintf(p.stderr, "Error: %v.\n", problem)
	}
}

// typedUsername returns the given name, or asks for one and offers that of the person at the keyboard.
func (c *createCommand) typedUsername(p *program, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	offer, question := "", "Username: "
	if person, err := user.Current(); err == nil && models.ValidUsername(person.Username) {
		offer = person.Username
		question = fmt.Sprintf("Username (leave blank to use '%s'): ", offer)
	}
	typed, err := p.ask(question)
	return firstOf(typed, offer), err
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
