package aikit

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// register makes an account, which a mailed link makes active.
//
// Source: ai_kit_auth.views.RegistrationView and serializers.RegistrationSerializer.
func (d *Dialect) register(c echo.Context) error {
	body, err := serializers.ReadObject(d.cfg.Serializers, c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	username, _ := body.Text("username")
	address, _ := body.Text("email")
	sent := &models.User{Username: username, Email: address}
	if err := d.deps.Signals.Before(ctx, models.EventPreRegistered, sent); err != nil {
		return err
	}
	var in serializers.KitRegistration
	if err := d.registration.Check(body, &in); err != nil {
		return err
	}
	n := auth.NewUser{Username: in.Username.Text, Email: in.Email.Text, Password: in.Password.Text}
	_, err = d.deps.Enrolments.Register(ctx, n, d.deps.Frontend.Activation(d.base(c)))
	if err != nil {
		return said(err)
	}
	return dialects.Respond(c, http.StatusCreated, nothing{})
}

// nothing is an answer that says nothing: {}.
type nothing struct{}

// base is where links in mails lead unless the settings of the application say it.
func (d *Dialect) base(c echo.Context) string { return d.cfg.Links.Link(c.Request(), "/", nil) }

// said says in codes why an account or a password cannot be had. Errors that are not about that are returned.
func said(err error) error {
	var weak *auth.WeakPassword
	var faults serializers.Errors
	switch {
	case errors.As(err, &weak):
		for _, fault := range weak.Faults {
			faults.Add("password", fault.Code)
		}
	case errors.Is(err, auth.ErrEmailTaken):
		faults.Add("email", "email_unique")
	case errors.Is(err, auth.ErrUsernameTaken):
		faults.Add("username", "username_unique")
	case errors.Is(err, auth.ErrUsernameReserved):
		faults.Add("username", "username_unique")
	case errors.Is(err, auth.ErrUsernameInvalid):
		faults.Add("username", serializers.InvalidUsername)
	case errors.Is(err, auth.ErrEmailInvalid):
		faults.Add("email", serializers.InvalidEmail)
	default:
		return err
	}
	return &faults
}
