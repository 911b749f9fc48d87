package djrestauth

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// logIn trades a name or an address, and a password, for what the settings say.
//
// Source: dj_rest_auth.views.LoginView and serializers.LoginSerializer.
func (d *Dialect) logIn(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.Login
	if err := d.login.Read(c.Request(), &in); err != nil {
		return err
	}
	ctx := c.Request().Context()
	u, err := d.identify(ctx, &in)
	if err == nil && d.cfg.Allauth {
		err = d.accounts.RequireVerifiedEmail(ctx, u)
	}
	switch {
	case errors.Is(err, auth.ErrInvalidCredentials):
		return serializers.Invalid("Unable to log in with provided credentials.")
	case errors.Is(err, auth.ErrEmailNotVerified):
		return serializers.Invalid("E-mail is not verified.")
	case err != nil:
		return err
	}
	return d.grant(c, u)
}

// chooseIdentifier decides what people log in with.
func (d *Dialect) chooseIdentifier(method auth.Method) {
	switch {
	case !d.cfg.Allauth:
		d.identify = d.byEither
	case method == auth.ByEmail:
		d.identify = d.byEmail
	case method == auth.ByUsernameOrEmail:
		d.identify = d.byUsernameOrEmail
	default:
		d.identify = d.byUsername
	}
}

// byEither is how people log in without django-allauth.
func (d *Dialect) byEither(ctx context.Context, in *serializers.Login) (*models.User, error) {
	return d.accounts.AuthenticateByEither(ctx, in.Username.Text, in.Email.Text, in.Password.Text)
}

func (d *Dialect) byUsername(ctx context.Context, in *serializers.Login) (*models.User, error) {
	if in.Username.Text == "" {
		return nil, serializers.Invalid(`Must include "username" and "password".`)
	}
	return d.accounts.Authenticate(ctx, in.Username.Text, in.Password.Text)
}

func (d *Dialect) byEmail(ctx context.Context, in *serializers.Login) (*models.User, error) {
	if in.Email.Text == "" {
		return nil, serializers.Invalid(`Must include "email" and "password".`)
	}
	return d.accounts.AuthenticateByEmail(ctx, in.Email.Text, in.Password.Text)
}

// byUsernameOrEmail looks at the user name only when there is no address.
func (d *Dialect) byUsernameOrEmail(ctx context.Context, in *serializers.Login) (*models.User, error) {
	if cmp.Or(in.Username.Text, in.Email.Text) == "" {
		return nil, serializers.Invalid(`Must include either "username" or "email" and "password".`)
	}
	if in.Email.Text != "" {
		return d.byEmail(ctx, in)
	}
	return d.byUsername(ctx, in)
}

// chooseGrant decides what a login returns.
func (d *Dialect) chooseGrant() {
	d.pair = choosePair(d.cfg, details{d.shown, d.cfg.Users})
	switch {
	case d.cfg.UseJWT:
		d.grant = d.grantPair(d.withSession(d.tokens))
	case d.cfg.TokenModel != NoToken:
		d.grant = d.grantKey(d.withSession(d.keys))
	case d.sessions != nil:
		d.grant = d.grantSession
	default:
		d.grant = grantNothing
	}
}

func (d *Dialect) grantPair(scheme schemes.Scheme) func(echo.Context, *models.User) error {
	return func(c echo.Context, u *models.User) error {
		grant, err := d.hand(c, scheme, u)
		if err != nil {
			return err
		}
		if err := d.prepareUser(c.Request().Context(), u); err != nil {
			return err
		}
		return dialects.Respond(c, http.StatusOK, d.pair.login(grant, u))
	}
}

func (d *Dialect) grantKey(scheme schemes.Scheme) func(echo.Context, *models.User) error {
	return func(c echo.Context, u *models.User) error {
		grant, err := d.hand(c, scheme, u)
		if err != nil {
			return err
		}
		return dialects.Respond(c, http.StatusOK, serializers.Key{Key: grant.Access})
	}
}

// grantSession hands out nothing but the cookie of a session.
func (d *Dialect) grantSession(c echo.Context, u *models.User) error {
	if _, err := d.hand(c, d.sessions, u); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusNoContent, nil)
}

// grantNothing only says that the password was right.
func grantNothing(c echo.Context, _ *models.User) error {
	return dialects.Respond(c, http.StatusNoContent, nil)
}

// hand logs u in with scheme and sets its cookies.
func (d *Dialect) hand(c echo.Context, scheme schemes.Scheme, u *models.User) (schemes.Grant, error) {
	grant, err := d.accounts.Login(c.Request(), scheme, u)
	if err != nil {
		return schemes.Grant{}, err
	}
	if d.sessions != nil {
		dialects.VaryByCookie(c)
	}
	dialects.SetCookies(c, grant.Cookies)
	return grant, nil
}
