package aikit

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// logIn opens a session. It is refused with a page, and not as other errors are, when it is not sure that the sender
// meant to send it: another site could log somebody in to an account of its own.
//
// Source: ai_kit_auth.views.LoginView, under django.views.decorators.csrf.csrf_protect.
func (d *Dialect) logIn(c echo.Context) error {
	dialects.NoStore(c)
	dialects.VaryByCookie(c)
	if err := d.deps.CSRF.Check(c.Request()); err != nil {
		return forbidden(c, err)
	}
	var in serializers.KitLogin
	if err := d.login.Read(c.Request(), &in); err != nil {
		return err
	}
	u, err := d.deps.Accounts.Authenticate(c.Request().Context(), in.Ident.Text, in.Password.Text)
	if errors.Is(err, auth.ErrInvalidCredentials) {
		return serializers.Invalid("invalid_credentials")
	}
	if err != nil {
		return err
	}
	grant, err := d.deps.Accounts.Login(c.Request(), d.deps.Sessions, u)
	if err != nil {
		return err
	}
	dialects.SetCookies(c, grant.Cookies)
	return d.showSession(c, u)
}

// forbidden answers a request that its sender may not have meant to send.
func forbidden(c echo.Context, err error) error {
	if refused := csrf.Refusal(""); errors.As(err, &refused) {
		return dialects.WritePage(c, http.StatusForbidden)
	}
	return err
}

// logOut ends the session, whatever let the request in.
//
// Source: ai_kit_auth.views.LogoutView.
func (d *Dialect) logOut(c echo.Context) error {
	dialects.NoStore(c)
	dialects.VaryByCookie(c)
	id := dialects.Current(c)
	var grant schemes.Grant
	err := d.deps.Accounts.Logout(c.Request().Context(), id.User, func(ctx context.Context) (err error) {
		grant, err = d.deps.Sessions.Revoke(c.Request().WithContext(ctx), id)
		return err
	})
	if err != nil {
		return err
	}
	dialects.SetCookies(c, grant.Cookies)
	token, err := d.token(c)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.KitCSRF{CSRF: token})
}

// me says who is logged in.
//
// Source: ai_kit_auth.views.MeView.
func (d *Dialect) me(c echo.Context) error {
	dialects.NoStore(c)
	dialects.VaryByCookie(c)
	return d.showSession(c, dialects.Current(c).User)
}

// showSession answers with the user, nil for nobody, and what requests of theirs must repeat from now on.
func (d *Dialect) showSession(c echo.Context, u *models.User) error {
	token, err := d.token(c)
	if err != nil {
		return err
	}
	user, err := dialects.ShowUser(c.Request().Context(), d.user, u, d.cfg.Users, d.deps.Facts)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.KitSession{User: user, CSRF: token})
}

// token returns what the sender's requests must repeat, and sets the cookies that go with it.
func (d *Dialect) token(c echo.Context) (string, error) {
	token, cookies, err := d.deps.CSRF.Token(c.Request())
	dialects.SetCookies(c, cookies)
	return token, err
}
