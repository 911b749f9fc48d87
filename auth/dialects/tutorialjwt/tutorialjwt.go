// Package tutorialjwt speaks the protocol of a widely copied tutorial on JWTs with Django REST framework: register, or
// log in with an e-mail address, for one long-lived token, and look at the own account. It exists for clients that have
// such tokens; new ones are better served by any other dialect.
//
// The tutorial has a user model of its own. Here its users are rows of auth_user: they log in by the exact address,
// user names have 150 characters at most instead of 255, and addresses are unique among the accounts that are made here.
// Where users are a project's own whom only their address names, no other name is asked for.
package tutorialjwt

import (
	"context"
	"net/http"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// Accounts is the core.
type Accounts interface {
	// Authenticate returns the user whom an e-mail address, to the letter, and password open, or
	// auth.ErrInvalidCredentials.
	Authenticate(ctx context.Context, email, password string) (*models.User, error)
	// CheckUniqueUser says by a *auth.UserRefused what CreateUniqueUser would refuse now.
	CheckUniqueUser(ctx context.Context, n auth.UniqueUser) error
	// CreateUniqueUser makes an account, or returns a *auth.UserRefused.
	CreateUniqueUser(ctx context.Context, n auth.UniqueUser) (*models.User, error)
	// Login gives u, who has just been proved, a credential of s.
	Login(r *http.Request, s schemes.Scheme, u *models.User) (schemes.Grant, error)
}

// Deps are what the endpoints work with.
type Deps struct {
	Accounts Accounts         // see auth.Service.ByExactEmail
	Tokens   schemes.Scheme   // what registration and login hand out
	Schemes  []schemes.Scheme // say who sent a request, in this order; a bad credential is refused by every view
	Signals  *auth.Signals    // tells hooks and webhooks of what the core does not do; nil: nobody is told
}

// Dialect is a set of endpoints. It is safe for concurrent use.
type Dialect struct {
	cfg          Config
	deps         Deps
	registration *serializers.Serializer[serializers.TutorialRegistration]
	login        *serializers.Serializer[serializers.TutorialLogin]
}

// New returns a dialect over deps.
func New(cfg Config, deps Deps) *Dialect {
	password := func(f *serializers.Field) {
		if f.Name == "password" {
			f.KeepSpaces = cfg.KeepPasswordSpaces
		}
	}
	return &Dialect{
		cfg: cfg, deps: deps,
		registration: serializers.NewTutorialRegistration(cfg.Serializers, cfg.Users, password),
		login:        serializers.New[serializers.TutorialLogin](cfg.Serializers, password),
	}
}

// Mount puts the endpoints of d on site, below prefix, which ends in a slash. Their own last slash may be left out.
func Mount(site *dialects.Site, prefix string, d *Dialect) {
	for path, view := range d.views() {
		site.Mount(prefix+path, view)
		site.Mount(prefix+path+"/", view)
	}
}

// views returns the views by their paths. Names and descriptions are what the metadata of the original says; the
// tutorial itself has no view of the own account, only the recordings of it have.
func (d *Dialect) views() map[string]dialects.View {
	return map[string]dialects.View{
		"registration": {
			Name:        "Registration Api",
			Description: "Registers a new user.",
			Schemes:     d.deps.Schemes,
			Post:        dialects.Action{Handle: d.register},
		},
		"login": {
			Name:        "Login Api",
			Description: "Logs in an existing user.",
			Schemes:     d.deps.Schemes,
			Post:        dialects.Action{Handle: d.logIn},
		},
		"me": {
			Name:        "Me Api",
			Description: "not in the post: a view that needs the defaults the post configures",
			Schemes:     d.deps.Schemes,
			Permission:  dialects.IsAuthenticated,
			Get:         dialects.Action{Handle: d.showUser},
		},
	}
}
