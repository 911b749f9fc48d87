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
	Username string            `placeholder:"NAME" help:"The user name (else asked, or $$DJANGO_SUPERUSER_USERNAME)."`
	Email    string            `placeholder:"ADDRESS" help:"The e-mail address (else asked, or $$DJANGO_SUPERUSER_EMAIL)."`
	Field    map[string]string `placeholder:"COLUMN=VALUE" help:"A value for a further column of AUTH_USER_MODEL."`
	NoInput  bool              `name:"noinput" aliases:"no-input" help:"Ask nothing: take DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD from the environment."`
}

// Run asks for what is not given and creates the user.
func (c *createCommand) Run(p *program) error {
	open, err := p.openAccounts()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	if users := open.store.UserModel(); !users.Has("is_superuser") && !users.Has("is_staff") {
		return fmt.Errorf("users of %s cannot be administrators: the model has neither is_superuser nor is_staff", users.Label)
	}
	wanted, err := c.wanted(p, open)
	if err != nil {
		return err
	}
	wanted.Superuser = true
	if _, err := open.service.CreateUser(p.ctx, wanted); err != nil {
		return notCreated(err, open.store.UserModel())
	}
	p.printf("Superuser created successfully.\n")
	return nil
}

// wanted is the user to be created, as given or asked for.
func (c *createCommand) wanted(p *program, open *account) (auth.NewUser, error) {
	ask := c.askForUser
	switch {
	case c.NoInput:
		ask = c.userFromEnviron
	case open.store.UserModel().ByEmail():
		ask = c.askForAddress
	}
	wanted, err := ask(p, open)
	if err != nil {
		return wanted, err
	}
	wanted.Extra, err = c.extra(open.store.UserModel())
	return wanted, err
}

// extra reads the values of --field.
func (c *createCommand) extra(users models.UserModel) (map[string]any, error) {
	values := map[string]any{}
	for name, text := range c.Field {
		column, ok := users.ExtraColumn(name)
		if !ok {
			return nil, usageError{fmt.Errorf("--field %s: users have no further column of that name", name)}
		}
		value, err := column.Parse(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("--field %s: %w", name, err)}
		}
		values[name] = value
	}
	return values, nil
}

// notCreated says in words why a user was not created.
func notCreated(err error, users models.UserModel) error {
	var needed *models.NeededError
	var taken *models.ConflictError
	switch {
	case errors.As(err, &needed):
		return fmt.Errorf("%w; give it with --field %s=…", err, needed.Columns[0])
	case errors.As(err, &taken):
		return fmt.Errorf("somebody has that %s already", taken.Column)
	case errors.Is(err, auth.ErrUsernameTaken):
		return errors.New("that username is already taken")
	case errors.Is(err, auth.ErrUsernameInvalid):
		return invalidUsername(users)
	}
	return err
}

// invalidUsername says what user names consist of.
func invalidUsername(users models.UserModel) error {
	return fmt.Errorf("a username has at most %d letters, digits and @ . + - _", users.UsernameMaxLength())
}

// userFromEnviron takes everything from the environment; the password is not judged, as in Django.
func (c *createCommand) userFromEnviron(p *program, open *account) (auth.NewUser, error) {
	wanted := auth.NewUser{
		Username: firstOf(c.Username, p.getenv("DJANGO_SUPERUSER_USERNAME")),
		Email:    firstOf(c.Email, p.getenv("DJANGO_SUPERUSER_EMAIL")),
		Password: p.getenv("DJANGO_SUPERUSER_PASSWORD"),
	}
	if wanted.Username == "" && (wanted.Email == "" || !open.store.UserModel().ByEmail()) {
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

// askForAddress asks for what is not given of a user whom only the address names.
func (c *createCommand) askForAddress(p *program, open *account) (auth.NewUser, error) {
	email := firstOf(c.Email, c.Username, p.getenv("DJANGO_SUPERUSER_EMAIL"), p.getenv("DJANGO_SUPERUSER_USERNAME"))
	if email == "" {
		var err error
		if email, err = p.ask("Email address: "); err != nil {
			return auth.NewUser{}, err
		}
	}
	password, err := p.askPassword(open.validators, attributesOf(&models.User{Email: email}), true)
	return auth.NewUser{Email: email, Password: password}, err
}

// askForUsername asks until the name is free and well formed. A name that was given is looked at only once.
func (c *createCommand) askForUsername(p *program, open *account) (string, error) {
	given := firstOf(c.Username, p.getenv("DJANGO_SUPERUSER_USERNAME"))
	for {
		username, err := c.typedUsername(p, given)
		if err != nil {
			return "", err
		}
		problem := invalidUsername(open.store.UserModel())
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
