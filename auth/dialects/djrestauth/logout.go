package djrestauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// loggedOut is what a logout says.
const loggedOut = "Successfully logged out."

// logOut ends the session, what the settings say, and the user's opaque token.
//
// Source: dj_rest_auth.views.LogoutView. There the opaque token ends even when the refresh token is refused.
func (d *Dialect) logOut(c echo.Context) error {
	ctx, id := c.Request().Context(), dialects.Current(c)
	if !id.Anonymous() {
		if err := d.accounts.BeginLogout(ctx, id.User); err != nil {
			return err
		}
	}
	if err := d.endSession(c); err != nil {
		return err
	}
	if d.cfg.UseJWT {
		dialects.SetCookies(c, d.tokens.Clear(c.Request()))
	}
	said, err := d.end(c)
	if err != nil {
		return err
	}
	if !id.Anonymous() {
		err := d.accounts.FinishLogout(ctx, id.User, func(ctx context.Context) error { return d.revokeKeys(ctx, id.User.ID) })
		if err != nil {
			return err
		}
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: said})
}

// revokeKeys ends the opaque tokens of a user.
func (d *Dialect) revokeKeys(ctx context.Context, user models.UserID) error {
	for _, scheme := range d.ended {
		if err := scheme.RevokeAll(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

func methodNotAllowed(c echo.Context) error { return serializers.MethodNotAllowed(c.Request().Method) }

// chooseEnd decides what a logout ends.
func (d *Dialect) chooseEnd() {
	if d.cfg.TokenModel != NoToken {
		d.ended = []schemes.AllRevoker{d.keys}
	}
	switch {
	case !d.cfg.UseJWT && d.sessions != nil:
		d.end = endAny
	case !d.cfg.UseJWT:
		d.end = endToken
	case !d.cfg.TokenBlacklist && d.tokens.HasCookie():
		d.end = endAny
	case !d.cfg.TokenBlacklist:
		d.end = endNothing
	case d.cfg.HTTPOnly:
		d.end = d.endCookie
	default:
		d.end = d.endRefresh
	}
}

// endAny asks for nothing. What there is to end is left to logOut.
func endAny(echo.Context) (string, error) { return loggedOut, nil }

// endToken insists on a token in the request. What it ends is left to logOut.
func endToken(c echo.Context) (string, error) {
	switch dialects.Current(c).Scheme {
	case "token", "jwt", "authtoken": // what Django REST framework calls request.auth
		return loggedOut, nil
	}
	return "", serializers.NewProblem(http.StatusBadRequest,
		"You should be logged in to logout. Check whether the token is passed.")
}

// endNothing admits that JWTs go on.
func endNothing(echo.Context) (string, error) {
	return "Neither cookies or blacklist are enabled, so the token has not been deleted server side. " +
		"Please make sure the token is deleted client side.", nil
}

// endCookie ends the refresh token of the cookie.
func (d *Dialect) endCookie(c echo.Context) (string, error) {
	err := tokenRefused("Refresh token was not included in cookie data.")
	if token, there := d.tokens.RefreshToken(c.Request()); there {
		err = d.blacklist(c, token, err)
	}
	var refused *serializers.Problem
	if d.cfg.LogoutForgives && errors.As(err, &refused) {
		return loggedOut, nil
	}
	return loggedOut, err
}

// endRefresh ends the refresh token in the body, whoever sends it: possession is the proof (RFC 7009 section 2). null
// is no token; the original makes a new one, ends that and reports success.
func (d *Dialect) endRefresh(c echo.Context) (string, error) {
	missing := tokenRefused("Refresh token was not included in request data.")
	token, given, err := serializers.ReadLogout(d.cfg.Serializers, c.Request())
	if err != nil {
		return "", err
	}
	if !given {
		return "", missing
	}
	return loggedOut, d.blacklist(c, token, missing)
}

// blacklist ends a refresh token. One without an id is as good as missing.
func (d *Dialect) blacklist(c echo.Context, token string, missing error) error {
	err := d.tokens.Blacklist(c.Request().Context(), token)
	var failure *schemes.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if failure.Reason == schemes.NoID {
		return missing
	}
	if message := dialects.TokenMessage(failure); message != "" {
		return tokenRefused(message)
	}
	return err
}

// tokenRefused is an answer of status 401 that says no more than detail: neither a code nor a challenge.
func tokenRefused(detail string) error {
	return serializers.NewProblem(http.StatusUnauthorized, detail)
}
