// Package djrestauth speaks the protocol of dj-rest-auth: log in for an opaque token or a pair of JWTs, log out, look
// at and change the own account, register and prove addresses, change or reset the password, refresh and verify tokens.
//
// What the settings decide is decided once, in New, by choosing a function; handlers ask no settings.
package djrestauth

import (
	"context"
	"maps"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// Logins is the part of the core that proves who somebody is.
type Logins interface {
	// Method is what people log in with.
	Method() auth.Method
	// Authenticate returns the user whom username and password open, or auth.ErrInvalidCredentials.
	Authenticate(ctx context.Context, username, password string) (*models.User, error)
	// AuthenticateByEmail is Authenticate for an e-mail address.
	AuthenticateByEmail(ctx context.Context, email, password string) (*models.User, error)
	// AuthenticateByEither is Authenticate for a user name, or for the one that belongs to an address.
	AuthenticateByEither(ctx context.Context, username, email, password string) (*models.User, error)
	// RequireVerifiedEmail returns auth.ErrEmailNotVerified when u has to prove their address before logging in.
	RequireVerifiedEmail(ctx context.Context, u *models.User) error
	// Login gives u, who has just been proved, a credential of s.
	Login(r *http.Request, s schemes.Scheme, u *models.User) (schemes.Grant, error)
}

// Logouts is the part of the core that is told when somebody logs out.
type Logouts interface {
	// BeginLogout tells that u's credentials are about to be ended, and returns an error if they must not be.
	BeginLogout(ctx context.Context, u *models.User) error
	// FinishLogout runs last, which ends what is left of them, and tells that they were ended.
	FinishLogout(ctx context.Context, u *models.User, last func(ctx context.Context) error) error
}

// Profiles is the part of the core that changes what users say about themselves. Both methods return
// auth.ErrUsernameInvalid, auth.ErrUsernameReserved or auth.ErrUsernameTaken for names that cannot be had.
type Profiles interface {
	// UpdateProfile changes what p gives and returns the user from then on; models.ErrNotFound for nobody.
	UpdateProfile(ctx context.Context, id models.UserID, p models.Profile) (*models.User, error)
	// CheckUsername says what UpdateProfile would say about a name now.
	CheckUsername(ctx context.Context, id models.UserID, username string) error
}

// Passwords is the part of the core that changes passwords.
type Passwords interface {
	// CheckPassword reports whether password is u's.
	CheckPassword(ctx context.Context, u *models.User, password string) (bool, error)
	// ChangePassword returns a *auth.WeakPassword, or auth.ErrPasswordChanged when somebody was faster.
	ChangePassword(ctx context.Context, id schemes.Identity, password string) error
}

// Accounts is the core.
type Accounts interface {
	Logins
	Logouts
	Profiles
	Passwords
}

// Tokens is the scheme of JWTs in pairs.
type Tokens interface {
	schemes.Scheme
	schemes.Refresher
	dialects.Verifier
	Jar
}

// Jar is what knows the cookies that carry the tokens.
type Jar interface {
	// HasCookie reports whether the access token goes by cookie.
	HasCookie() bool
	// RefreshToken returns the refresh token in a cookie of r.
	RefreshToken(r *http.Request) (token string, ok bool)
	// Clear returns the cookies that make the browser which sent r forget its tokens.
	Clear(r *http.Request) []*http.Cookie
}

// Keys is the scheme of opaque tokens.
type Keys interface {
	schemes.Scheme
	schemes.AllRevoker
}

// Deps are what the endpoints work with.
type Deps struct {
	Accounts Accounts
	Schemes  []schemes.Scheme // say who sent a request, in this order
	Tokens   Tokens           // may be nil without Config.UseJWT
	Keys     Keys             // may be nil without Config.TokenModel
	Sessions schemes.Scheme   // may be nil without Config.SessionLogin
	Resets   Resets

	Groups       Groups        // nil: nobody asks for groups and permissions
	Registration *Registration // nil: nobody can register
	Social       *Social       // nil: no identity providers
	Own          *OwnAccount   // nil: nobody can change their addresses
}

// Dialect is a set of endpoints. It is safe for concurrent use.
type Dialect struct {
	cfg      Config
	accounts Accounts
	schemes  []schemes.Scheme
	tokens   Tokens
	keys     Keys
	sessions schemes.Scheme // nil: a login opens none
	resets   Resets
	pair     pairAnswer
	ended    []schemes.AllRevoker // the opaque tokens that a logout ends
	shown    serializers.UserFields
	groups   Groups // nil: they are not shown

	registration *Registration // nil: nobody can register
	social       *Social       // nil: no identity providers
	own          *OwnAccount   // nil: nobody can change their addresses

	identify func(ctx context.Context, in *serializers.Login) (*models.User, error) // what people log in with
	grant    func(c echo.Context, u *models.User) error                             // what a login returns
	end      func(c echo.Context) (detail string, err error)                        // what a logout ends, and says
	welcome  func(c echo.Context, u *models.User) error                             // what a registration returns

	socialGrant func(c echo.Context, u *models.User) error // what a login with an identity provider returns

	login          *serializers.Serializer[serializers.Login]
	user           *serializers.Serializer[serializers.UserDetails]
	newPassword    *serializers.Serializer[serializers.NewPassword]
	passwordChange *serializers.Serializer[serializers.PasswordChange]
	reset          *serializers.Serializer[serializers.PasswordReset]
	resetConfirm   *serializers.Serializer[serializers.PasswordResetConfirm]
	refresh        *serializers.Serializer[serializers.CookieRefresh]
	token          *serializers.Serializer[serializers.Token]
	signup         *serializers.Serializer[serializers.Signup]
	emailKey       *serializers.Serializer[serializers.EmailKey]
	resend         *serializers.Serializer[serializers.ResendEmail]
	socialLogin    *serializers.Serializer[serializers.SocialLogin]
	twitterLogin   *serializers.Serializer[serializers.TwitterLogin]
	newAddress     *serializers.Serializer[serializers.NewAddress]
	chosenAddress  *serializers.Serializer[serializers.ChosenAddress]
	passwordProof  *serializers.Serializer[serializers.PasswordProof]
}

// New returns a dialect over deps. It returns the error of Config.Validate.
func New(cfg Config, deps Deps) (*Dialect, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	shown, err := cfg.Shapes.userFields(cfg.Users)
	if err != nil {
		return nil, err
	}
	asked, err := serializers.ParseSignupFields(cfg.Shapes.Register, cfg.Users)
	if err != nil {
		return nil, err
	}
	passwords := func(f *serializers.Field) {
		switch f.Name {
		case "password", "old_password", "new_password1", "new_password2", "password1", "password2":
			f.KeepSpaces = cfg.KeepPasswordSpaces
		}
	}
	d := &Dialect{
		cfg: cfg, accounts: deps.Accounts, schemes: deps.Schemes, tokens: deps.Tokens, keys: deps.Keys,
		resets:         deps.Resets,
		shown:          shown,
		login:          serializers.New[serializers.Login](cfg.Serializers, passwords),
		user:           serializers.NewUserDetails(cfg.Serializers, shown, cfg.Users, cfg.Shapes.Fixed...),
		newPassword:    serializers.New[serializers.NewPassword](cfg.Serializers, passwords),
		passwordChange: serializers.New[serializers.PasswordChange](cfg.Serializers, passwords),
		reset:          serializers.New[serializers.PasswordReset](cfg.Serializers),
		resetConfirm:   serializers.New[serializers.PasswordResetConfirm](cfg.Serializers, passwords),
		refresh:        serializers.New[serializers.CookieRefresh](cfg.Serializers, asItIs),
		token:          serializers.New[serializers.Token](cfg.Serializers),
		signup:         serializers.NewSignup(cfg.Serializers, asked, cfg.Users, passwords, cfg.requireForSignup),
		emailKey:       serializers.New[serializers.EmailKey](cfg.Serializers),
		resend:         serializers.New[serializers.ResendEmail](cfg.Serializers, cfg.requireForSignup),
		socialLogin:    serializers.New[serializers.SocialLogin](cfg.Serializers),
		twitterLogin:   serializers.New[serializers.TwitterLogin](cfg.Serializers),
		newAddress:     serializers.New[serializers.NewAddress](cfg.Serializers),
		chosenAddress:  serializers.New[serializers.ChosenAddress](cfg.Serializers, passwords),
		passwordProof:  serializers.New[serializers.PasswordProof](cfg.Serializers, passwords),
		registration:   deps.Registration,
		groups:         deps.Groups,
		social:         deps.Social,
		own:            deps.Own,
	}
	if !shown.HaveMemberships() {
		d.groups = nil
	}
	if cfg.SessionLogin {
		d.sessions = deps.Sessions
	}
	d.chooseIdentifier(deps.Accounts.Method())
	d.chooseGrant()
	d.chooseEnd()
	if d.registration != nil {
		d.chooseWelcome(deps.Sessions)
	}
	if d.social != nil {
		d.chooseSocialGrant(deps)
	}
	return d, nil
}

// asItIs makes white space around a value a part of it; alone it is no value.
func asItIs(f *serializers.Field) { f.KeepSpaces, f.BlankSpace = true, true }

// Mount puts the endpoints of d on site, below prefix, which ends in a slash. Their own last slash may be left out.
func Mount(site *dialects.Site, prefix string, d *Dialect) {
	views := d.views()
	if d.own != nil {
		maps.Copy(views, d.ownViews())
	}
	for path, view := range views {
		site.Mount(prefix+path, view)
		site.Mount(prefix+path+"/", view)
	}
	if d.registration != nil {
		for path, view := range d.registrationViews() {
			site.Mount(prefix+path, view)
		}
	}
	if d.social != nil {
		for path, view := range d.socialViews() {
			site.Mount(prefix+path, view)
		}
	}
}
