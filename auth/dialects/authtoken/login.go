package authtoken

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/schemes"
	"watchword/serializers"
)

// login answers name and password with a token.
//
// Source: rest_authtoken.views.LoginViewSet, which crashes on bodies that are no dictionary.
func (d *Dialect) login(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.Credentials
	var faults *serializers.Errors
	err := d.credentials.Read(c.Request(), &in)
	if errors.As(err, &faults) && faults.Messages(serializers.NonField) == nil {
		return invalidCredentials() // a name or password that is no text, or that nobody can have
	}
	if err != nil {
		return err
	}
	u, err := d.deps.Accounts.Authenticate(c.Request().Context(), in.Username.Text, in.Password.Text)
	if errors.Is(err, auth.ErrInvalidCredentials) {
		return invalidCredentials()
	}
	if err != nil {
		return err
	}
	grant, err := d.deps.Accounts.Login(c.Request(), d.deps.Tokens, u)
	if err != nil {
		return err
	}
	shown, err := dialects.ShowUser(c.Request().Context(), d.user, u, d.cfg.Users, d.deps.Facts)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.LoginToken{Token: grant.Access, User: shown})
}

// invalidCredentials is a bare JSON string, and no challenge.
func invalidCredentials() error {
	return &serializers.Problem{Status: http.StatusUnauthorized, Body: "invalid credentials"}
}

// logout ends the one token that the request carries. Of several logouts with it one succeeds; for the others it is a
// token that is not there.
//
// Source: rest_authtoken.views.LogoutView, which crashes where another scheme let in a request without the header.
func (d *Dialect) logout(c echo.Context) error {
	id := dialects.Current(c)
	if id.Scheme != d.deps.Tokens.Name() {
		var err error
		if id, err = d.carried(c.Request()); err != nil {
			return err
		}
	}
	err := d.deps.Accounts.Logout(c.Request().Context(), id.User, func(ctx context.Context) error {
		ended, err := d.deps.Tokens.End(ctx, id)
		if err == nil && !ended {
			return schemes.Fail(d.deps.Tokens.Name(), schemes.Revoked, nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusNoContent, nil)
}

// carried reads the token of a request that another scheme let in.
func (d *Dialect) carried(r *http.Request) (schemes.Identity, error) {
	id, err := d.deps.Tokens.Authenticate(r)
	var failure *schemes.Failure
	switch {
	case errors.As(err, &failure) && (failure.Reason == schemes.HeaderEmpty || failure.Reason == schemes.HeaderParts):
		return id, refused("no token")
	case failure != nil:
		return id, refused("invalid token")
	case err == nil && id.Anonymous():
		return id, refused("no token")
	}
	return id, err
}

// refused is a list of messages about the request as a whole.
func refused(message string) error {
	return &serializers.Problem{Status: http.StatusBadRequest, Body: []string{message}}
}
