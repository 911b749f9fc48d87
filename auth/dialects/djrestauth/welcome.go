package djrestauth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// chooseWelcome decides what a registration returns: nothing yet, or what a login does. The original is not so exact, if
// the settings want it: it opens a session whatever SESSION_LOGIN says, and puts the refresh token into the body whatever
// JWT_AUTH_HTTPONLY says.
//
// Source: dj_rest_auth.registration.views.RegisterView.
func (d *Dialect) chooseWelcome(sessions schemes.Scheme) {
	pair, opened := d.pair, d.sessions
	if d.cfg.LavishRegistration {
		pair, opened = wholePair{details{d.shown, d.cfg.Users}}, sessions
	}
	with := func(scheme schemes.Scheme) schemes.Scheme {
		if opened == nil {
			return scheme
		}
		return both{scheme, opened}
	}
	switch {
	case d.registration.Signups.MustVerify():
		d.welcome = verifyFirst
	case d.cfg.UseJWT:
		d.welcome = d.welcomeWith(with(d.tokens), http.StatusCreated, func(g schemes.Grant, u *models.User) any {
			return pair.login(g, u)
		})
	case d.cfg.TokenModel != NoToken:
		d.welcome = d.welcomeWith(with(d.keys), http.StatusCreated, func(g schemes.Grant, _ *models.User) any {
			return serializers.Key{Key: g.Access}
		})
	case opened != nil:
		d.welcome = d.welcomeWith(opened, http.StatusNoContent, func(schemes.Grant, *models.User) any { return nil })
	default:
		d.welcome = grantNothing
	}
}

// welcomeWith logs new users in with scheme.
func (d *Dialect) welcomeWith(scheme schemes.Scheme, status int, answer func(schemes.Grant, *models.User) any) func(echo.Context, *models.User) error {
	return func(c echo.Context, u *models.User) error {
		grant, err := d.registration.Accounts.Login(c.Request(), scheme, u)
		if err != nil {
			return err
		}
		if err := d.prepareUser(c.Request().Context(), u); err != nil {
			return err
		}
		dialects.SetCookies(c, grant.Cookies)
		return dialects.Respond(c, status, answer(grant, u))
	}
}

// verifyFirst hands out nothing yet.
func verifyFirst(c echo.Context, _ *models.User) error {
	return dialects.Respond(c, http.StatusCreated, serializers.Detail{Detail: "Verification e-mail sent."})
}
