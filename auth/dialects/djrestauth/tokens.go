package djrestauth

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/schemes"
	"watchword/serializers"
)

// nothing is the body of a success that has nothing to say.
type nothing struct{}

// refreshToken answers a refresh token, in the body or else in a cookie, with an access token, and with a new refresh token when they rotate.
//
// Source: dj_rest_auth.jwt_auth.get_refresh_view.
func (d *Dialect) refreshToken(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.CookieRefresh
	if err := d.refresh.Read(c.Request(), &in); err != nil {
		return err
	}
	raw, there := in.Refresh.Text, in.Refresh.Given
	if !there {
		raw, there = d.tokens.RefreshToken(c.Request())
	}
	if !there {
		return serializers.AuthenticationFailed(
			serializers.Detail{Detail: "No valid refresh token found.", Code: "token_not_valid"})
	}
	grant, err := d.tokens.Refresh(c.Request().Context(), raw)
	if err != nil {
		return refusal(err)
	}
	dialects.SetCookies(c, grant.Cookies)
	return dialects.Respond(c, http.StatusOK, d.pair.refreshed(grant))
}

// verifyToken says whether a token is valid. That it was blacklisted is a fault of the data, not of the sender.
//
// Source: rest_framework_simplejwt.views.TokenVerifyView.
func (d *Dialect) verifyToken(c echo.Context) error {
	var in serializers.Token
	if err := d.token.Read(c.Request(), &in); err != nil {
		return err
	}
	err := d.tokens.Verify(c.Request().Context(), in.Token.Text)
	var failure *schemes.Failure
	if errors.As(err, &failure) && failure.Reason == schemes.Revoked {
		return serializers.Invalid(dialects.TokenBlacklisted())
	}
	if err != nil {
		return refusal(err)
	}
	return dialects.Respond(c, http.StatusOK, nothing{})
}

// refusal says in words why a token is no good. Other errors are left alone.
func refusal(err error) error {
	var failure *schemes.Failure
	if errors.As(err, &failure) {
		if problem := dialects.TokenRefused(failure); problem != nil {
			return problem
		}
	}
	return err
}
