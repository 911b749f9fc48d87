// Package social asks identity providers who somebody is: Google, GitHub, Facebook, Twitter, Apple, Microsoft and every
// other that speaks OpenID Connect. It takes what a client has got from the provider (an id_token, an access token or an
// authorization code), proves that it was made for us, and returns whom the provider knows by it. What becomes of that
// somebody here is the core's to decide.
//
// An id_token proves itself: signature, issuer, audience, time, nonce. An access token does not say whom it was issued
// to, so that a token which a user gave to another site would open their account here; each provider is therefore asked
// whether the token is one of ours, in the way that the provider has for it.
//
// Source: OpenID Connect Core 1.0 section 3.1.3.7; RFC 9700 section 4.6; allauth.socialaccount.
package social

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// Proof is what a client has got from a provider. Of the tokens one is enough.
type Proof struct {
	IDToken     string
	AccessToken string // an id_token is taken for one here, too: clients send it so
	TokenSecret string // of an OAuth 1.0a access token
	Code        string
	// CodeVerifier is the secret of PKCE that goes with Code; "" where the client used none.
	CodeVerifier string
	// CallbackURL is where the provider sent Code. "": the first one configured.
	CallbackURL string
	// ClientID names the one of our apps that Code was issued to. "": the first.
	ClientID string
	// Nonce is what the client gave the provider to put into the id_token. "": none, and any is taken.
	Nonce string
}

// Identity is whom a provider knows.
type Identity struct {
	Provider      string // as in FEATURES.social and in the database
	UID           string // the provider's own name for them, which never changes; not empty
	Email         string // "" when the provider gives none
	EmailVerified bool   // the provider has proved that Email is theirs
	Username      string // a wish; may be empty, or somebody's here
	FirstName     string
	LastName      string
	Profile       map[string]any // as the provider sent it
	Token         Token
	// LogsInByEmail says that the provider may open the account which has proved the same address.
	LogsInByEmail bool
}

// Token lets us act for the user at the provider.
type Token struct {
	Access  string
	Secret  string    // the refresh token; for OAuth 1.0a the token's secret
	Expires time.Time // zero: the provider did not say
}

// Provider is one identity provider. Implementations are safe for concurrent use.
type Provider interface {
	// Identify returns whom p is about. The error is a *Failure when p is no good, and an *Unavailable when the provider
	// cannot be asked now.
	Identify(ctx context.Context, p Proof) (Identity, error)
}

// Source is a Provider under its name.
type Source struct {
	// Name is the last part of its path, and its name in the database.
	Name string
	// Title is its name for people.
	Title string
	// Signs says that its access tokens have a secret: it speaks OAuth 1.0a.
	Signs bool

	provider Provider
	log      *slog.Logger
	trusted  bool // VERIFIED_EMAIL
	byEmail  bool // EMAIL_AUTHENTICATION
}

// Identify asks the provider.
func (s Source) Identify(ctx context.Context, p Proof) (Identity, error) {
	if len(p.AccessToken)+len(p.TokenSecret)+len(p.Code) > maxProof {
		return Identity{}, &Failure{Reason: Rejected}
	}
	id, err := s.provider.Identify(ctx, p)
	var down *Unavailable
	if errors.As(err, &down) {
		s.log.LogAttrs(ctx, slog.LevelWarn, "identity provider unavailable", slog.String("provider", s.Name),
			slog.Any("error", down.Err))
	}
	if err != nil {
		return Identity{}, err
	}
	if !isUID(id.UID) {
		return Identity{}, &Failure{Reason: NoSubject}
	}
	id.Provider, id.LogsInByEmail = s.Name, s.byEmail
	id.EmailVerified = id.Email != "" && (id.EmailVerified || s.trusted)
	return id, nil
}

// maxUID is the width of the column that keeps an Identity.UID.
const maxUID = 191

// isUID reports whether an id can be kept.
func isUID(text string) bool {
	return text != "" && len(text) <= maxUID && utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// maxProof is how much of a Proof is sent on to a provider.
const maxProof = 16 << 10
