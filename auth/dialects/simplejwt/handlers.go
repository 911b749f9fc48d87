package simplejwt

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/schemes"
	"watchword/serializers"
)

// nothing is the body of a success that has nothing to say.
type nothing struct{}

// obtainPair answers name and password with an access and a refresh token.
func (d *Dialect) obtainPair(c echo.Context) error {
	grant, err := d.login(c, d.tokens)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.TokenPair{Refresh: grant.Refresh, Access: grant.Access})
}

// obtainSliding answers name and password with a sliding token.
func (d *Dialect) obtainSliding(c echo.Context) error {
	grant, err := d.login(c, d.sliding)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.Token{Token: serializers.Text(grant.Access)})
}

// login reads name and password and trades them for a credential of scheme.
func (d *Dialect) login(c echo.Context, scheme schemes.Scheme) (schemes.Grant, error) {
	dialects.NoStore(c)
	var in serializers.TokenObtain
	if err := d.obtain.Read(c.Request(), &in); err != nil {
		return schemes.Grant{}, err
	}
	u, err := d.accounts.Authenticate(c.Request().Context(), in.Username.Text, in.Password.Text)
	if err != nil {
		return schemes.Grant{}, refusal(err)
	}
	return d.accounts.Login(c.Request(), scheme, u)
}

// refreshPair answers a refresh token with an access token, and with a new refresh token when they rotate.
func (d *Dialect) refreshPair(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.TokenRefresh
	if err := d.refresh.Read(c.Request(), &in); err != nil {
		return err
	}
	grant, err := d.tokens.Refresh(c.Request().Context(), in.Refresh.Text)
	if err != nil {
		return refusal(err)
	}
	return dialects.Respond(c, http.StatusOK, serializers.TokenRefreshed{Access: grant.Access, Refresh: grant.Refresh})
}

// refreshSliding answers a sliding token with its successor.
func (d *Dialect) refreshSliding(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.Token
	if err := d.token.Read(c.Request(), &in); err != nil {
		return err
	}
	grant, err := d.sliding.Refresh(c.Request().Context(), in.Token.Text)
	if err != nil {
		return refusal(err)
	}
	return dialects.Respond(c, http.StatusOK, serializers.Token{Token: serializers.Text(grant.Access)})
}

// blacklistToken ends a refresh token.
func (d *Dialect) blacklistToken(c echo.Context) error {
	var in serializers.TokenBlacklist
	if err := d.blacklist.Read(c.Request(), &in); err != nil {
		return err
	}
	if err := d.tokens.Blacklist(c.Request().Context(), in.Refresh.Text); err != nil {
		return refusal(err)
	}
	return dialects.Respond(c, http.StatusOK, nothing{})
}

// refusal says in words why name and password, or a token in a body, are no good. Other errors are left alone.
//
// Source: rest_framework_simplejwt.serializers, 5.5.
func refusal(err error) error {
	if errors.Is(err, auth.ErrInvalidCredentials) {
		return serializers.AuthenticationFailed(
			serializers.Detail{Detail: "No active account found with the given credentials"})
	}
	return dialects.RefuseToken(err)
}
