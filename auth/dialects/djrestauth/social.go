package djrestauth

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/social"
	"watchword/models"
	"watchword/serializers"
)

// Socials is the part of the core that logs in whom identity providers know. The errors are those of auth.Socials.
type Socials interface {
	// LogIn returns the user of id, who has an account from then on.
	LogIn(ctx context.Context, id social.Identity, link auth.LinkTo) (*models.User, error)
	// Connect gives u another way to log in.
	Connect(ctx context.Context, u *models.User, id social.Identity) error
	// List returns what u is at providers.
	List(ctx context.Context, u *models.User) ([]models.SocialAccount, error)
	// Disconnect takes an account at a provider away from u.
	Disconnect(ctx context.Context, u *models.User, id int64) error
}

// Social is what the endpoints about identity providers work with.
type Social struct {
	Sources  []social.Source
	Socials  Socials
	Accounts Accounts // gives users whom a provider knows their credential
	// Reauthentication asks who connects or disconnects a provider to prove once more who they are. nil: nobody is asked.
	Reauthentication Reauthentication
	// Link returns the address that a mail shows for a key which proves an address.
	Link func(r *http.Request, key string) string
}

// chooseSocialGrant decides what a login with a provider returns: what every login does. The original opens a session
// besides, whatever SESSION_LOGIN says.
//
// Source: allauth.account.internal.flows.login.perform_login, which allauth's complete_social_login calls.
func (d *Dialect) chooseSocialGrant(deps Deps) {
	with := *d
	with.accounts = deps.Social.Accounts
	if d.cfg.SocialSessionLogin {
		with.sessions = deps.Sessions
	}
	with.chooseGrant()
	d.socialGrant = with.grant
}

// socialLogIn logs in whom source knows, and makes an account for who has none.
//
// Source: dj_rest_auth.registration.views.SocialLoginView.
func (d *Dialect) socialLogIn(source social.Source) echo.HandlerFunc {
	return func(c echo.Context) error {
		dialects.NoStore(c)
		r := c.Request()
		body, err := serializers.ReadObject(d.cfg.Serializers, r)
		if err != nil {
			return err
		}
		id, err := d.identity(r.Context(), body, source)
		if err != nil {
			return err
		}
		u, err := d.social.Socials.LogIn(r.Context(), id, func(key string) string { return d.social.Link(r, key) })
		if err != nil {
			return socialRefused(err)
		}
		return d.socialGrant(c, u)
	}
}

// socialConnect lets source log the current user in, and answers as a login does. Whoever has got hold of a credential
// could stay for good in this way, so that the settings may ask for a young login, or the password in the body.
//
// Source: dj_rest_auth.registration.views.SocialConnectView.
func (d *Dialect) socialConnect(source social.Source) echo.HandlerFunc {
	return func(c echo.Context) error {
		dialects.NoStore(c)
		ctx := c.Request().Context()
		body, err := serializers.ReadObject(d.cfg.Serializers, c.Request())
		if err != nil {
			return err
		}
		password, _ := body.Text("password")
		if err := d.reauthenticate(c, password); err != nil {
			return err
		}
		id, err := d.identity(ctx, body, source)
		if err != nil {
			return err
		}
		me := dialects.Current(c).User
		if err := d.social.Socials.Connect(ctx, me, id); err != nil {
			return socialRefused(err)
		}
		return d.grant(c, me)
	}
}

// reauthenticate lets the current user go on who has proved once more who they are, with the password or by a login only
// just now, and everybody where the settings do not ask for it.
func (d *Dialect) reauthenticate(c echo.Context, password string) error {
	if d.social.Reauthentication == nil {
		return nil
	}
	return reauthenticationRefused(d.social.Reauthentication.Require(c.Request().Context(), dialects.Current(c), password))
}

// identity asks source about what is in body.
func (d *Dialect) identity(ctx context.Context, body serializers.Object, source social.Source) (social.Identity, error) {
	read := d.readSocial
	if source.Signs {
		read = d.readTwitter
	}
	proof, err := read(body)
	if err != nil {
		return social.Identity{}, err
	}
	id, err := source.Identify(ctx, proof)
	if err != nil {
		return social.Identity{}, proofRefused(err)
	}
	return id, nil
}

func (d *Dialect) readSocial(body serializers.Object) (social.Proof, error) {
	var in serializers.SocialLogin
	if err := d.socialLogin.Check(body, &in); err != nil {
		return social.Proof{}, err
	}
	return social.Proof{AccessToken: in.AccessToken.Text, Code: in.Code.Text, IDToken: in.IDToken.Text,
		CodeVerifier: in.CodeVerifier.Text, CallbackURL: in.CallbackURL.Text, ClientID: in.ClientID.Text,
		Nonce: in.Nonce.Text}, nil
}

func (d *Dialect) readTwitter(body serializers.Object) (social.Proof, error) {
	var in serializers.TwitterLogin
	if err := d.twitterLogin.Check(body, &in); err != nil {
		return social.Proof{}, err
	}
	return social.Proof{AccessToken: in.AccessToken.Text, TokenSecret: in.TokenSecret.Text}, nil
}

// listSocial answers with what the current user is at providers.
//
// Source: dj_rest_auth.registration.views.SocialAccountListView.
func (d *Dialect) listSocial(c echo.Context) error {
	list, err := d.social.Socials.List(c.Request().Context(), dialects.Current(c).User)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.NewSocialAccounts(list))
}

// disconnectSocial takes one of them away.
//
// Source: dj_rest_auth.registration.views.SocialAccountDisconnectView.
func (d *Dialect) disconnectSocial(c echo.Context) error {
	id, err := strconv.ParseInt(c.Param("pk"), 10, 64)
	if err != nil {
		return serializers.NotFound("") // more digits than any id has
	}
	password := ""
	if body, err := serializers.ReadObject(d.cfg.Serializers, c.Request()); err == nil { // nothing has to be in it
		password, _ = body.Text("password")
	}
	if err := d.reauthenticate(c, password); err != nil {
		return err
	}
	err = d.social.Socials.Disconnect(c.Request().Context(), dialects.Current(c).User, id)
	if errors.Is(err, models.ErrNotFound) {
		return serializers.NotFound("")
	}
	if err != nil {
		return socialRefused(err)
	}
	return dialects.Respond(c, http.StatusOK, struct{}{})
}
