// Package schemes says what an authentication scheme is: something that proves who sent a request, and that hands out
// and takes back the proof. Sessions, opaque tokens and JWTs are schemes; each has a folder of its own below this one.
//
// A scheme returns its effects (tokens, cookies) and never writes a response, and it gives reasons, never words: the
// dialects put both on the wire.
package schemes

import (
	"context"
	"net/http"
	"time"

	"watchword/models"
)

// Scheme proves who sent a request. Implementations are safe for concurrent use.
type Scheme interface {
	// Name is the scheme's key in settings and in Identity.Scheme.
	Name() string
	// Authenticate says who sent r. With no credential of this kind in r it returns a zero Identity, and the next
	// scheme is asked. With a credential that is there and no good it returns a *Failure, and nobody else is asked; the
	// Identity is then nobody's, but may have cookies.
	// Any other error is ours, and a server error.
	Authenticate(r *http.Request) (Identity, error)
	// Issue makes a credential for u, who has just been proved. r carries the transaction and any old credential.
	Issue(r *http.Request, u *models.User) (Grant, error)
	// Revoke ends the credential that id came from. Ending it twice is no error.
	Revoke(r *http.Request, id Identity) (Grant, error)
	// Challenge is the WWW-Authenticate value, or "" for a scheme that has none: a refusal whose first scheme has no
	// challenge is 403 instead of 401 (Django REST framework, views.APIView.get_authenticate_header).
	Challenge() string
}

// Refresher is a Scheme whose credentials come in pairs, the longer-lived of which buys new ones.
type Refresher interface {
	// Refresh trades a refresh token for a new Grant. A bad token is a *Failure.
	Refresh(ctx context.Context, refresh string) (Grant, error)
	// Blacklist ends a refresh token. A bad or already ended token is a *Failure.
	Blacklist(ctx context.Context, refresh string) error
}

// Preparer is a Scheme that takes much longer to make a credential than to record it.
type Preparer interface {
	// Prepare is the first part of Issue, for before the transaction, in which others may have to wait. record is the
	// second part, for within it: until it has returned nil and is committed, the Grant must not be handed out.
	Prepare(r *http.Request, u *models.User) (grant Grant, record func(ctx context.Context) error, err error)
}

// AllRevoker is a Scheme that can end every credential of a user at once.
type AllRevoker interface {
	RevokeAll(ctx context.Context, user models.UserID) error
}

// OthersRevoker is a Scheme that can end every credential of a user but one.
type OthersRevoker interface {
	// RevokeOthers ends every credential of id.User but that of the login which id came from. Where that is another
	// scheme's login none is spared.
	RevokeOthers(ctx context.Context, id Identity) error
}

// Renewer is a Scheme whose credentials end when their user's password changes.
type Renewer interface {
	// Renew replaces the credential that id came from, after the password of id.User was changed with it. A credential of
	// another scheme, or one that has ended meanwhile, is left alone: the Grant is then empty.
	Renew(r *http.Request, id Identity) (Grant, error)
}

// LoginDater is a Scheme that can tell how old a login is.
type LoginDater interface {
	// LoggedInAt says when the user proved who they are for the login that id came from: however often it was prolonged
	// since. The zero time: nobody knows.
	LoggedInAt(ctx context.Context, id Identity) (time.Time, error)
}

// Identity is what Authenticate found out. The zero value is nobody.
type Identity struct {
	User    *models.User   // nil: nobody
	Scheme  string         // the Name of the scheme that recognised the credential
	Key     string         // names the credential for Revoke: a session key, a token digest, a jti
	Claims  map[string]any // the claims of a JWT; nil for other schemes
	Cookies []*http.Cookie // to send back: a session slid forward, or one flushed
}

// Anonymous reports whether nobody was recognised.
func (id Identity) Anonymous() bool { return id.User == nil }

// Grant is what a scheme hands out. Fields that a scheme has no use for are zero.
type Grant struct {
	Access, Refresh           string
	AccessUntil, RefreshUntil time.Time // UTC; zero: no end
	Cookies                   []*http.Cookie
}
