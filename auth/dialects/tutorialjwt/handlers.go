package tutorialjwt

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// register makes an account and answers with its first token.
//
// Source: the RegistrationAPIView of the tutorial.
func (d *Dialect) register(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.TutorialRegistration
	ctx, err := c.Request().Context(), d.registration.Read(c.Request(), &in)
	wanted := auth.UniqueUser{
		Username: in.Username.Text, Email: in.Email.Text, Password: in.Password.Text, Strict: d.cfg.StrictRegistration,
	}
	var faults *serializers.Errors
	if err == nil || errors.As(err, &faults) {
		sent := &models.User{Username: in.Username.Text, Email: in.Email.Text}
		if err := d.deps.Signals.Before(ctx, models.EventPreRegistered, sent); err != nil {
			return err
		}
	}
	if faults != nil {
		return d.refuse(wanted, faults, d.deps.Accounts.CheckUniqueUser(ctx, wanted))
	}
	if err != nil {
		return err
	}
	u, err := d.deps.Accounts.CreateUniqueUser(ctx, wanted)
	if err != nil {
		return d.refuse(wanted, &serializers.Errors{}, err)
	}
	return d.grant(c, http.StatusCreated, u)
}

// logIn answers an address and a password with a token.
//
// Source: the LoginAPIView of the tutorial.
func (d *Dialect) logIn(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.TutorialLogin
	if err := d.login.Read(c.Request(), &in); err != nil {
		return err
	}
	u, err := d.deps.Accounts.Authenticate(c.Request().Context(), in.Email.Text, in.Password.Text)
	if errors.Is(err, auth.ErrInvalidCredentials) {
		return serializers.Invalid("A user with this email and password was not found.")
	}
	if err != nil {
		return err
	}
	return d.grant(c, http.StatusOK, u)
}

// grant answers with a token for u, who has just been proved.
func (d *Dialect) grant(c echo.Context, status int, u *models.User) error {
	grant, err := d.deps.Accounts.Login(c.Request(), d.deps.Tokens, u)
	if err != nil {
		return err
	}
	return dialects.Respond(c, status, serializers.TutorialToken{Token: grant.Access})
}

// showUser answers with the own account.
func (d *Dialect) showUser(c echo.Context) error {
	return dialects.Respond(c, http.StatusOK, serializers.NewTutorialUser(dialects.Current(c).User))
}
