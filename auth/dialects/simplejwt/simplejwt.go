// Package simplejwt speaks the protocol of djangorestframework-simplejwt: name and password are traded for a pair of
// JWTs, a refresh token buys new access tokens until it is blacklisted, and anybody may ask whether a token is valid.
// Sliding tokens, which buy their own successors, are there too.
package simplejwt

import (
	"context"
	"fmt"
	"net/http"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// Endpoint is one of the things that can be mounted.
type Endpoint string

// The endpoints, by their paths below the prefix.
const (
	Obtain         Endpoint = ""
	Refresh        Endpoint = "refresh/"
	Verify         Endpoint = "verify/"
	Blacklist      Endpoint = "blacklist/"
	ObtainSliding  Endpoint = "sliding/"
	RefreshSliding Endpoint = "sliding/refresh/"
)

// Accounts is the core: it knows names and passwords, and logs users in.
type Accounts interface {
	// Authenticate returns the user whom username and password open, or auth.ErrInvalidCredentials.
	Authenticate(ctx context.Context, username, password string) (*models.User, error)
	// Login gives u, who has just been proved, a credential of s.
	Login(r *http.Request, s schemes.Scheme, u *models.User) (schemes.Grant, error)
}

// Tokens is the scheme of access and refresh tokens.
type Tokens interface {
	schemes.Scheme
	schemes.Refresher
	// Verify says whether token, of any kind, is valid. A bad token is a *schemes.Failure.
	Verify(ctx context.Context, token string) error
}

// SlidingTokens is the scheme of tokens that buy their own successors.
type SlidingTokens interface {
	schemes.Scheme
	// Refresh trades a sliding token for one that lives longer. A bad token is a *schemes.Failure.
	Refresh(ctx context.Context, token string) (schemes.Grant, error)
}

// Config holds what may differ from mount to mount.
type Config struct {
	// Endpoints are what is mounted.
	Endpoints []Endpoint
	// UsernameField is what the user model calls the name that people log in with, Django's USERNAME_FIELD.
	UsernameField string
	// KeepPasswordSpaces takes passwords as they were sent, instead of stripping white space off both ends.
	KeepPasswordSpaces bool
	// Serializers says what bodies are taken.
	Serializers serializers.Config
}

// DefaultConfig mounts everything, and takes passwords to the letter. Sliding tokens prove nothing unless the scheme
// takes them, so their endpoints do no harm where nobody uses them.
func DefaultConfig() Config {
	return Config{
		Endpoints:          []Endpoint{Obtain, Refresh, Verify, Blacklist, ObtainSliding, RefreshSliding},
		UsernameField:      "username",
		KeepPasswordSpaces: true,
		Serializers:        serializers.DefaultConfig(),
	}
}

// ExactConfig strips passwords, as simplejwt does.
func ExactConfig() Config {
	cfg := DefaultConfig()
	cfg.KeepPasswordSpaces = false
	cfg.Serializers = serializers.ExactConfig()
	return cfg
}

// Deps are what the endpoints work with. Sliding may be nil when no endpoint for sliding tokens is mounted, and Tokens
// when no other one is.
type Deps struct {
	Accounts Accounts
	Tokens   Tokens
	Sliding  SlidingTokens
}

// Dialect is a set of endpoints. It is safe for concurrent use.
type Dialect struct {
	cfg       Config
	accounts  Accounts
	tokens    Tokens
	sliding   SlidingTokens
	obtain    *serializers.Serializer[serializers.TokenObtain]
	refresh   *serializers.Serializer[serializers.TokenRefresh]
	blacklist *serializers.Serializer[serializers.TokenBlacklist]
	token     *serializers.Serializer[serializers.Token]
}

// New returns a dialect over deps.
func New(cfg Config, deps Deps) *Dialect {
	return &Dialect{
		cfg: cfg, accounts: deps.Accounts, tokens: deps.Tokens, sliding: deps.Sliding,
		obtain:    serializers.NewTokenObtain(cfg.Serializers, cfg.UsernameField, cfg.KeepPasswordSpaces),
		refresh:   serializers.New[serializers.TokenRefresh](cfg.Serializers),
		blacklist: serializers.New[serializers.TokenBlacklist](cfg.Serializers),
		token:     serializers.New[serializers.Token](cfg.Serializers),
	}
}

// Mount puts the endpoints of d on site, below prefix, which ends in a slash.
func Mount(site *dialects.Site, prefix string, d *Dialect) {
	for _, endpoint := range d.cfg.Endpoints {
		site.Mount(prefix+string(endpoint), d.view(endpoint))
	}
}

// view returns the view behind endpoint. The views authenticate nobody, but refuse with the scheme's challenge all the
// same. Names and descriptions are what the metadata of the original says.
//
// Source: rest_framework_simplejwt.views.
func (d *Dialect) view(endpoint Endpoint) dialects.View {
	switch endpoint {
	case Obtain:
		return dialects.View{
			Name: "Token Obtain Pair",
			Description: "Takes a set of user credentials and returns an access and refresh JSON web\n" +
				"token pair to prove the authentication of those credentials.",
			Challenge: d.tokens.Challenge(),
			Post:      dialects.Action{Handle: d.obtainPair, Fields: d.obtain.Fields()},
		}
	case Refresh:
		return dialects.View{
			Name: "Token Refresh",
			Description: "Takes a refresh type JSON web token and returns an access type JSON web\n" +
				"token if the refresh token is valid.",
			Challenge: d.tokens.Challenge(),
			Post:      dialects.Action{Handle: d.refreshPair, Fields: d.refresh.Fields()},
		}
	case Verify:
		return dialects.View{
			Name: "Token Verify",
			Description: "Takes a token and indicates if it is valid.  This view provides no\n" +
				"information about a token's fitness for a particular use.",
			Challenge: d.tokens.Challenge(),
			Post:      dialects.Action{Handle: dialects.VerifyToken(d.token, d.tokens), Fields: d.token.Fields()},
		}
	case Blacklist:
		return dialects.View{
			Name: "Token Blacklist",
			Description: "Takes a token and blacklists it. Must be used with the\n" +
				"`rest_framework_simplejwt.token_blacklist` app installed.",
			Challenge: d.tokens.Challenge(),
			Post:      dialects.Action{Handle: d.blacklistToken, Fields: d.blacklist.Fields()},
		}
	case ObtainSliding:
		return dialects.View{
			Name: "Token Obtain Sliding",
			Description: "Takes a set of user credentials and returns a sliding JSON web token to\n" +
				"prove the authentication of those credentials.",
			Challenge: d.sliding.Challenge(),
			Post:      dialects.Action{Handle: d.obtainSliding, Fields: d.obtain.Fields()},
		}
	case RefreshSliding:
		return dialects.View{
			Name: "Token Refresh Sliding",
			Description: "Takes a sliding JSON web token and returns a new, refreshed version if the\n" +
				"token's refresh period has not expired.",
			Challenge: d.sliding.Challenge(),
			Post:      dialects.Action{Handle: d.refreshSliding, Fields: d.token.Fields()},
		}
	}
	panic(fmt.Sprintf("simplejwt: unknown endpoint %q", endpoint))
}
