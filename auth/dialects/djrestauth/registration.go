package djrestauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// Signups is the part of the core that makes accounts. The checks report a fault together with others, and decide
// nothing; the errors are those of auth.Signups.
type Signups interface {
	// MustVerify reports whether new users have to prove their address before they can log in.
	MustVerify() bool
	// Begin tells that somebody is about to register, and returns an error if they must not.
	Begin(ctx context.Context, n auth.NewUser) error
	// CheckUsername says what Register would say about n's name now.
	CheckUsername(ctx context.Context, n auth.NewUser) error
	// CheckEmail says what Register would say about an address now.
	CheckEmail(ctx context.Context, address string) error
	// CheckPassword returns a *auth.WeakPassword for a password that is nobody's.
	CheckPassword(text string) error
	// Register makes an account, and mails a link that proves its address.
	Register(ctx context.Context, n auth.NewUser, link auth.LinkTo) (*models.User, error)
}

// register makes an account and logs its user in, or mails them a link if they have to prove their address first.
//
// Source: dj_rest_auth.registration.views.RegisterView.
func (d *Dialect) register(c echo.Context) error {
	dialects.NoStore(c)
	in, faults, err := d.readSignup(c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	n := auth.NewUser{Username: in.Username.Text, Email: in.Email.Text, Password: in.Password1.Text,
		FirstName: in.FirstName.Text, LastName: in.LastName.Text, Extra: in.Columns}
	if err := d.registration.Signups.Begin(ctx, n); err != nil {
		return err
	}
	if err := d.checkSignup(ctx, n, in, faults); err != nil {
		return err
	}
	if in.Password2.Given && in.Password1.Text != in.Password2.Text {
		return serializers.Invalid("The two password fields didn't match.")
	}
	u, err := d.registration.Signups.Register(ctx, n, d.registration.linkTo(c.Request()))
	if faults := d.uniqueFaults(err); faults != nil {
		return faults
	}
	if err != nil {
		return signupRefused(err)
	}
	dialects.VaryByCookie(c)
	return d.welcome(c, u)
}

// readSignup reads the body. What is wrong with the form of its fields is returned as faults, which is never nil.
func (d *Dialect) readSignup(r *http.Request) (in serializers.Signup, faults *serializers.Errors, err error) {
	faults = &serializers.Errors{}
	err = d.signup.Read(r, &in)
	if err != nil && (!errors.As(err, &faults) || faults.Messages(serializers.NonField) != nil) {
		return in, nil, err
	}
	return in, faults, nil
}

// checkSignup returns what is wrong with the fields, in their order: each is checked further unless its form is wrong.
func (d *Dialect) checkSignup(ctx context.Context, n auth.NewUser, in serializers.Signup, form *serializers.Errors) error {
	signups := d.registration.Signups
	checks := map[string]struct {
		given bool
		check func() error
	}{
		"username":  {in.Username.Given, func() error { return signups.CheckUsername(ctx, n) }},
		"email":     {in.Email.Given, func() error { return signups.CheckEmail(ctx, n.Email) }},
		"password1": {in.Password1.Given, func() error { return signups.CheckPassword(n.Password) }},
	}
	var faults serializers.Errors
	for _, field := range d.signup.Fields() {
		if messages := form.Messages(field.Name); messages != nil {
			faults.Add(field.Name, messages...)
			continue
		}
		further := checks[field.Name]
		if !further.given {
			continue
		}
		err := further.check()
		_, messages := signupMessages(err)
		if err != nil && messages == nil {
			return err
		}
		faults.Add(field.Name, messages...)
	}
	return faults.Err()
}

// signupRefused says why an account was not made after all. What is wrong with a password only because of whose it is,
// is said about the data as a whole.
func signupRefused(err error) error {
	field, messages := signupMessages(err)
	if messages == nil {
		return err
	}
	if field == "password1" {
		field = serializers.NonField
	}
	var faults serializers.Errors
	faults.Add(field, messages...)
	return &faults
}

// signupMessages says what an error of the core means for which field; nothing for errors that are about none.
func signupMessages(err error) (field string, messages []string) {
	var weak *auth.WeakPassword
	switch message := usernameMessage(err); {
	case message != "":
		return "username", []string{message}
	case errors.Is(err, auth.ErrEmailTaken):
		return "email", []string{"User is already registered with this e-mail address."}
	case errors.Is(err, auth.ErrMailRefused):
		return "email", []string{"Enter a valid email address."}
	case errors.As(err, &weak):
		return "password1", passwordMessages(weak.Faults)
	}
	return "", nil
}
