// Package aikit speaks the protocol of django-ai-kit-auth, which is made for applications that run in the browser: log
// in to a session, log out, ask who is logged in, register, prove an address by a mailed link, and set a new password by
// another. What goes wrong is said by codes that the application translates.
//
// Its URLs, below the mount: login/, logout/, me/, register/, activate_email/, validate_password/, send_pw_reset_email/
// and reset_password/.
package aikit

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
	// Authenticate returns the user whom ident and password open, or auth.ErrInvalidCredentials.
	Authenticate(ctx context.Context, ident, password string) (*models.User, error)
	// Login gives u, who has just been proved, a credential of s.
	Login(r *http.Request, s schemes.Scheme, u *models.User) (schemes.Grant, error)
	// Logout runs revoke, which ends u's credential, and tells of it.
	Logout(ctx context.Context, u *models.User, revoke func(ctx context.Context) error) error
	// CheckNewPassword returns a *auth.WeakPassword for a password that is not good enough for u, who may be new.
	CheckNewPassword(u *models.User, password string) error
}

// Users finds users.
type Users interface {
	// Find returns the user whom ident means, or models.ErrNotFound.
	Find(ctx context.Context, ident string) (*models.User, error)
	// ByID returns the user of that id, or models.ErrNotFound.
	ByID(ctx context.Context, id models.UserID) (*models.User, error)
}

// Enrolments makes accounts; its errors are those of auth.Enrolments.
type Enrolments interface {
	Register(ctx context.Context, n auth.NewUser, write auth.LinkWriter) (*models.User, error)
}

// Activations takes the links that prove addresses.
type Activations interface {
	// Activate returns auth.ErrLinkInvalid for a link that proves nothing.
	Activate(ctx context.Context, id models.UserID, token string) error
}

// Recoveries mails and takes the links of people who forgot their password; its errors are those of auth.Recoveries.
type Recoveries interface {
	// Request mails u a link, if they may have one.
	Request(ctx context.Context, u *models.User, write auth.LinkWriter) error
	// Pretend takes as long as Request, and mails nothing.
	Pretend(ctx context.Context, write auth.LinkWriter) error
	// Open returns whom a link was mailed to.
	Open(ctx context.Context, id models.UserID, token string) (*models.User, error)
	// Reset gives whom Open has found a new password.
	Reset(ctx context.Context, u *models.User, token, password string) error
}

// Frontend writes the mails. base is where links lead unless the settings say it.
type Frontend interface {
	Activation(base string) auth.LinkWriter
	Reset(base string) auth.LinkWriter
}

// CSRF keeps other sites from using sessions; see csrf.Protection.
type CSRF interface {
	// Check returns nil for a request that its sender meant to send, and a csrf.Refusal for any other.
	Check(r *http.Request) error
	// Token returns a token, which is another one each time, that requests of r's sender must repeat from now on, and the
	// cookies that go with it.
	Token(r *http.Request) (token string, cookies []*http.Cookie, err error)
}

// Deps are what the endpoints work with.
type Deps struct {
	Accounts    Accounts // see auth.Service.ByIdentity
	Users       Users
	Enrolments  Enrolments
	Activations Activations
	Recoveries  Recoveries
	Frontend    Frontend
	Facts       dialects.UserFacts // what is told of users beyond their rows
	Sessions    schemes.Scheme     // what a login opens and a logout ends
	CSRF        CSRF
	Schemes     []schemes.Scheme // say who sent a request, in this order; the first decides between 401 and 403
	Signals     *auth.Signals    // tells hooks and webhooks of what no other part does; nil: nobody is told
}

// Dialect is a set of endpoints. It is safe for concurrent use.
type Dialect struct {
	cfg          Config
	deps         Deps
	user         serializers.UserFields
	login        *serializers.Serializer[serializers.KitLogin]
	registration *serializers.Serializer[serializers.KitRegistration]
	password     *serializers.Serializer[serializers.KitPassword]
	newPassword  *serializers.Serializer[serializers.KitNewPassword]
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
	username := func(f *serializers.Field) {
		if f.Name == "username" && cfg.UsernameRequired {
			f.Required, f.AllowBlank = true, false
		}
	}
	registration := serializers.New[serializers.KitRegistration](cfg.Serializers, keep, username, serializers.WithinColumns(cfg.Users))
	if cfg.Users.ByEmail() {
		registration = registration.Without("username")
	}
	return &Dialect{
		cfg: cfg, deps: deps, user: user,
		login:        serializers.New[serializers.KitLogin](cfg.Serializers, keep),
		registration: registration,
		password:     serializers.New[serializers.KitPassword](cfg.Serializers, keep),
		newPassword:  serializers.New[serializers.KitNewPassword](cfg.Serializers, keep),
	}, nil
}

// Mount puts the endpoints of d on site, below prefix, which ends in a slash. Those that the settings switch off are not
// there.
func Mount(site *dialects.Site, prefix string, d *Dialect) {
	for path, view := range d.views() {
		view.Schemes = d.deps.Schemes
		site.Mount(prefix+path, view)
	}
}

// views returns the views that are switched on by their paths. Names and descriptions are what the metadata of the
// original says.
//
// Source: ai_kit_auth.urls and views.
func (d *Dialect) views() map[string]dialects.View {
	on, views := d.cfg.Endpoints, map[string]dialects.View{}
	add := func(on bool, path string, view dialects.View) {
		if on {
			views[path] = view
		}
	}
	add(on.Login, "login/", dialects.View{
		Name: "Login",
		Post: dialects.Action{Handle: d.logIn, Fields: d.login.Fields()},
	})
	add(on.Logout, "logout/", dialects.View{
		Name: "Logout", Permission: dialects.IsAuthenticated,
		Post: dialects.Action{Handle: d.logOut},
	})
	add(on.Me, "me/", dialects.View{
		Name: "Me", Description: "Barebones user model detail view",
		Get: dialects.Action{Handle: d.me},
	})
	add(on.Register, "register/", dialects.View{
		Name: "Registration",
		Post: dialects.Action{Handle: d.register, Fields: d.registration.Fields()},
	})
	add(on.ActivateEmail, "activate_email/", dialects.View{
		Name: "Activate User", Description: "Endpoint for double opt in user activation",
		Post: dialects.Action{Handle: d.activate},
	})
	add(on.ValidatePassword, "validate_password/", dialects.View{
		Name: "Validate Password",
		Description: "Endpoint to validate the password without trying to register an account.\n" +
			"Can be used to show the user error messages on the fly",
		Post: dialects.Action{Handle: d.validatePassword},
	})
	add(on.SendResetMail, "send_pw_reset_email/", dialects.View{
		Name: "Initiate Password Reset",
		Post: dialects.Action{Handle: d.sendReset},
	})
	add(on.ResetPassword, "reset_password/", dialects.View{
		Name: "Reset Password",
		Description: "Endpoint to reset the password for a user. It also activates the user if\n" +
			"the active flag is not already set",
		Post: dialects.Action{Handle: d.resetPassword},
	})
	return views
}
