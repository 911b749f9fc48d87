package authtoken

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

// register makes an account.
//
// Source: rest_authtoken.views.RegisterViewSet.
func (d *Dialect) register(c echo.Context) error {
	n, faults, err := d.readRegistration(c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	sent := &models.User{Username: n.Username, Email: n.Email}
	if err := d.deps.Signals.Before(ctx, models.EventPreRegistered, sent); err != nil {
		return err
	}
	if err := d.check(ctx, n, faults); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	_, err = d.deps.Registrar.Register(ctx, n)
	if errors.Is(err, auth.ErrMailRefused) {
		return refused("failed to send confirmation email")
	}
	if said := d.say(err, faults); said != nil {
		return said
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusCreated, serializers.Registered{Success: true})
}

// readRegistration reads the body. What is wrong with its fields is returned as faults, which is never nil.
func (d *Dialect) readRegistration(r *http.Request) (n auth.NewUser, faults *serializers.Errors, err error) {
	var in serializers.Registration
	err, faults = d.registration.Read(r, &in), &serializers.Errors{}
	if err != nil && (!errors.As(err, &faults) || faults.Messages(serializers.NonField) != nil) {
		return n, nil, err
	}
	return auth.NewUser{Username: in.Username.Text, Email: in.Email.Text, Password: in.Password.Text}, faults, nil
}

// check adds to faults what is wrong with a name and a password that are well formed. Its error is a server error.
func (d *Dialect) check(ctx context.Context, n auth.NewUser, faults *serializers.Errors) error {
	field, name := "username", n.Username
	if d.cfg.Users.ByEmail() {
		field, name = "email", n.Email
	}
	if faults.Messages(field) == nil {
		if err := d.say(d.deps.Registrar.CheckUsername(ctx, name), faults); err != nil {
			return err
		}
	}
	if faults.Messages("password") == nil {
		return d.say(d.deps.Registrar.CheckPassword(n), faults)
	}
	return nil
}

// say adds to faults in words why an account cannot be made. Errors that are not about that are returned.
func (d *Dialect) say(err error, faults *serializers.Errors) error {
	var weak *auth.WeakPassword
	switch {
	case errors.Is(err, auth.ErrUsernameTaken), errors.Is(err, auth.ErrUsernameReserved):
		faults.Add("username", "A user with that username already exists.")
	case errors.Is(err, auth.ErrUsernameTakenFold):
		faults.Add("username", "already exists")
	case errors.Is(err, auth.ErrEmailTaken):
		faults.Add("email", serializers.AlreadyExists(d.cfg.Users, "email"))
	case errors.Is(err, auth.ErrUsernameInvalid):
		faults.Add("username", serializers.InvalidUsername)
	case errors.Is(err, auth.ErrPasswordTooShort):
		faults.Add("password", "password too short")
	case errors.As(err, &weak):
		for _, fault := range weak.Faults {
			faults.Add("password", dialects.PasswordMessage(fault.Code, fault.Attribute, fault.MinLength))
		}
	default:
		return err
	}
	return nil
}
