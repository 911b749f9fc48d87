package djrestauth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/serializers"
)

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
		return dialects.RefuseToken(err)
	}
	dialects.SetCookies(c, grant.Cookies)
	return dialects.Respond(c, http.StatusOK, d.pair.refreshed(grant))
}
