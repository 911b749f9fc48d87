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
		id, err := d.identity(c, source)
		if err != nil {
			return err
		}
		r := c.Request()
		u, err := d.social.Socials.LogIn(r.Context(), id, func(key string) string { return d.social.Link(r, key) })
		if err != nil {
			return socialRefused(err)
		}
		return d.socialGrant(c, u)
	}
}

// socialConnect lets source log the current user in, and answers as a login does.
//
// Source: dj_rest_auth.registration.views.SocialConnectView.
func (d *Dialect) socialConnect(source social.Source) echo.HandlerFunc {
	return func(c echo.Context) error {
		dialects.NoStore(c)
		id, err := d.identity(c, source)
		if err != nil {
			return err
		}
		me := dialects.Current(c).User
		if err := d.social.Socials.Connect(c.Request().Context(), me, id); err != nil {
			return socialRefused(err)
		}
		return d.grant(c, me)
	}
}

// identity reads the body and asks source about it.
func (d *Dialect) identity(c echo.Context, source social.Source) (social.Identity, error) {
	read := d.readSocial
	if source.Signs {
		read = d.readTwitter
	}
	proof, err := read(c.Request())
	if err != nil {
		return social.Identity{}, err
	}
	id, err := source.Identify(c.Request().Context(), proof)
	if err != nil {
		return social.Identity{}, proofRefused(err)
	}
	return id, nil
}

func (d *Dialect) readSocial(r *http.Request) (social.Proof, error) {
	var in serializers.SocialLogin
	if err := d.socialLogin.Read(r, &in); err != nil {
		return social.Proof{}, err
	}
	return social.Proof{AccessToken: in.AccessToken.Text, Code: in.Code.Text, IDToken: in.IDToken.Text,
		CodeVerifier: in.CodeVerifier.Text, CallbackURL: in.CallbackURL.Text, ClientID: in.ClientID.Text,
		Nonce: in.Nonce.Text}, nil
}

func (d *Dialect) readTwitter(r *http.Request) (social.Proof, error) {
	var in serializers.TwitterLogin
	if err := d.twitterLogin.Read(r, &in); err != nil {
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
	err = d.social.Socials.Disconnect(c.Request().Context(), dialects.Current(c).User, id)
	if errors.Is(err, models.ErrNotFound) {
		return serializers.NotFound("")
	}
	if err != nil {
		return socialRefused(err)
	}
	return dialects.Respond(c, http.StatusOK, struct{}{})
}
