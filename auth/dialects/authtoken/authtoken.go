// Package authtoken speaks the protocol of django-rest-authtoken: each login gets an opaque token of its own, which a
// logout ends alone. People can register, and confirm the address that they registered with.
//
// Its URLs, below the mount: login/, logout/, register/ and register/confirm/TOKEN/.
package authtoken

import (
	"context"
	"net/http"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// ConfirmPath is where confirmation links are opened, below the mount; the token and a slash follow.
const ConfirmPath = "register/confirm/"

// Accounts is the core: it knows names and passwords, and logs users in.
type Accounts interface {
	// Authenticate returns the user whom username and password open, or auth.ErrInvalidCredentials.
	Authenticate(ctx context.Context, username, password string) (*models.User, error)
	// Login gives u, who has just been proved, a credential of s.
	Login(r *http.Request, s schemes.Scheme, u *models.User) (schemes.Grant, error)
	// Logout runs revoke, which ends u's credential, and tells of it.
	Logout(ctx context.Context, u *models.User, revoke func(ctx context.Context) error) error
}

// Tokens is the scheme of opaque tokens.
type Tokens interface {
	schemes.Scheme
	// End ends the token that id came from, and says whether it was alive until now.
	End(ctx context.Context, id schemes.Identity) (bool, error)
}

// Registrar makes accounts; its errors are those of auth.Registrar.
type Registrar interface {
	// CheckUsername says at once what Register would say about a name.
	CheckUsername(ctx context.Context, username string) error
	// CheckPassword says whether a password may be n's.
	CheckPassword(n auth.NewUser) error
	// Register makes an account whose password was checked.
	Register(ctx context.Context, n auth.NewUser) (*models.User, error)
}

// Confirmer takes the links that prove addresses.
type Confirmer interface {
	// Confirm takes the token of a link, or returns auth.ErrLinkInvalid.
	Confirm(ctx context.Context, token string) error
}

// Deps are what the endpoints work with.
type Deps struct {
	Accounts  Accounts
	Tokens    Tokens
	Schemes   []schemes.Scheme   // who is asked who sent a request, in order; the first decides between 401 and 403
	Registrar Registrar          // nil: nobody can register
	Confirmer Confirmer          // nil: nobody has to confirm anything
	Facts     dialects.UserFacts // what is told of users beyond their rows
	Signals   *auth.Signals      // tells hooks and webhooks of what no other part does; nil: nobody is told
}

// Dialect is a set of endpoints. It is safe for concurrent use.
type Dialect struct {
	cfg          Config
	deps         Deps
	user         serializers.UserFields
	credentials  *serializers.Serializer[serializers.Credentials]
	registration *serializers.Serializer[serializers.Registration]
}

// New returns a dialect over deps, or the faults of cfg.
func New(cfg Config, deps Deps) (*Dialect, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	user, err := cfg.userFields()
	if err != nil {
		return nil, err
	}
	keep := func(f *serializers.Field) {
		if f.Name == "password" {
			f.KeepSpaces = cfg.KeepPasswordSpaces
		}
	}
	return &Dialect{
		cfg: cfg, deps: deps, user: user,
		credentials:  serializers.NewCredentials(cfg.Serializers),
		registration: serializers.NewRegistration(cfg.Serializers, cfg.Users, deps.Confirmer != nil, keep),
	}, nil
}

// Mount puts the endpoints of d on site, below prefix, which ends in a slash. Names are what the metadata of the original
// says.
//
// Source: rest_authtoken.urls.
func Mount(site *dialects.Site, prefix string, d *Dialect) {
	site.Mount(prefix+"login/", dialects.View{
		Name: "Login List", Schemes: d.deps.Schemes,
		Post: dialects.Action{Handle: d.login},
	})
	site.Mount(prefix+"logout/", dialects.View{
		Name: "Logout", Schemes: d.deps.Schemes, Permission: dialects.IsAuthenticated,
		Delete: dialects.Action{Handle: d.logout},
	})
	if d.deps.Registrar == nil {
		return
	}
	site.Mount(prefix+"register/", dialects.View{
		Name: "Register List", Schemes: d.deps.Schemes,
		Post: dialects.Action{Handle: d.register, Fields: d.registration.Fields()},
	})
	if d.deps.Confirmer != nil {
		site.MountPlain(prefix+ConfirmPath+":token/", d.confirm)
	}
}
