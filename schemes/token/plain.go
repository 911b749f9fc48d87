// Package token is the scheme of opaque tokens, which clients send as `Authorization: Token …`.
package token

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// PlainName is the name of the plain scheme in settings and identities.
const PlainName = "token"

// plainKeyBytes is the entropy of a plain key, which is written as twice as many hexadecimal digits.
const plainKeyBytes = 20

// PlainStore keeps Django REST framework's tokens: one for each user, in clear.
type PlainStore interface {
	// UserByPlainToken returns the user whose token is key, or models.ErrNotFound.
	UserByPlainToken(ctx context.Context, key string) (*models.User, error)
	// PlainToken returns the user's token. Where there is none yet, it becomes the given one.
	PlainToken(ctx context.Context, t models.AuthToken) (key string, err error)
	// PlainTokenCreated says when the token was made, or returns models.ErrNotFound.
	PlainTokenCreated(ctx context.Context, key string) (time.Time, error)
	// DeletePlainToken ends the user's token, if there is one.
	DeletePlainToken(ctx context.Context, user models.UserID) error
}

// Plain is Django REST framework's own token: every login of a user gets the same one, it has no end, and the table
// holds it in clear. It exists for clients and databases that have such tokens already.
//
// It is safe for concurrent use.
//
// Source: rest_framework.authtoken and rest_framework.authentication.TokenAuthentication.
type Plain struct {
	store PlainStore
	now   func() time.Time
}

var (
	_ schemes.Scheme        = (*Plain)(nil)
	_ schemes.AllRevoker    = (*Plain)(nil)
	_ schemes.OthersRevoker = (*Plain)(nil)
)

// NewPlain returns the plain scheme over store. now is the clock; nil: time.Now.
func NewPlain(store PlainStore, now func() time.Time) *Plain {
	if now == nil {
		now = time.Now
	}
	return &Plain{store: store, now: now}
}

// Name is "token".
func (p *Plain) Name() string { return PlainName }

// Challenge is the bare keyword, as Django REST framework sends it.
func (p *Plain) Challenge() string { return Keyword }

// Authenticate reads the Authorization header and looks the key up.
func (p *Plain) Authenticate(r *http.Request) (schemes.Identity, error) {
	key, err := fromHeader(r, PlainName)
	if key == "" || err != nil {
		return schemes.Identity{}, err
	}
	u, err := p.store.UserByPlainToken(r.Context(), key)
	if err == nil && !u.IsActive && models.MayBeOld(r.Context()) {
		u, err = p.store.UserByPlainToken(models.Fresh(r.Context()), key)
	}
	if errors.Is(err, models.ErrNotFound) {
		return schemes.Identity{}, schemes.Fail(PlainName, schemes.Invalid, nil)
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	if !u.IsActive {
		return schemes.Identity{}, schemes.Fail(PlainName, schemes.UserInactive, nil)
	}
	return schemes.Identity{User: u, Scheme: PlainName, Key: key}, nil
}

// Issue returns the user's one token, made at the first login.
func (p *Plain) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	key, err := p.store.PlainToken(r.Context(), models.AuthToken{Key: newPlainKey(), UserID: u.ID, Created: p.now().UTC()})
	return schemes.Grant{Access: key}, err
}

// Revoke ends the token, and with it every login of the user that used it.
func (p *Plain) Revoke(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	return schemes.Grant{}, p.RevokeAll(r.Context(), id.User.ID)
}

// RevokeAll ends the user's token.
func (p *Plain) RevokeAll(ctx context.Context, user models.UserID) error {
	return p.store.DeletePlainToken(ctx, user)
}

// RevokeOthers leaves the token alone if id came from it, for all logins share it, and else ends it.
func (p *Plain) RevokeOthers(ctx context.Context, id schemes.Identity) error {
	if id.Scheme == PlainName {
		return nil
	}
	return p.RevokeAll(ctx, id.User.ID)
}

func newPlainKey() string {
	key := make([]byte, plainKeyBytes)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(key)
}
