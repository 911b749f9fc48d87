package jwt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// Outstanding keeps the refresh tokens that were handed out.
type Outstanding interface {
	// BlacklistAll ends all refresh tokens of a user that are alive, but for those that were handed out within a second
	// that begins at one of spared.
	BlacklistAll(ctx context.Context, user models.UserID, at time.Time, spared ...time.Time) error
	// EndLogins makes void what was handed out to a user before; models.ErrNotFound when the user is gone.
	EndLogins(ctx context.Context, user models.UserID, at time.Time) error
}

// Revoker ends the tokens of a user. It needs no keys. Where one login is to be spared, access tokens go on until they
// expire, which is soon.
//
// It is safe for concurrent use.
type Revoker struct {
	tokens   Outstanding
	lifetime time.Duration // of access tokens
	now      func() time.Time
}

var (
	_ schemes.AllRevoker    = (*Revoker)(nil)
	_ schemes.OthersRevoker = (*Revoker)(nil)
)

// NewRevoker returns a revoker for the tokens that cfg describes.
func NewRevoker(cfg Config, tokens Outstanding) *Revoker {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Revoker{tokens: tokens, lifetime: cfg.AccessTokenLifetime, now: cfg.Now}
}

// RevokeAll ends all refresh tokens of the user, and with CHECK_LOGINS_ENDED all access tokens. A user who is gone has
// none.
func (r *Revoker) RevokeAll(ctx context.Context, user models.UserID) error {
	if err := r.tokens.EndLogins(ctx, user, r.now()); err != nil && !errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("jwt: ending the logins of a user: %w", err)
	}
	return r.revoke(ctx, user)
}

// RevokeOthers ends all refresh tokens of the user but the one that came with the access token which id came from. The
// token does not name it, but both were made in the same second: that of iat, or, when the access token came with the
// successor of a refresh token, that from which the lifetime of the access token counts. Logins of one user in one
// second are not told apart. Access tokens of the others go on until they expire, unless a login of another scheme asks.
func (r *Revoker) RevokeOthers(ctx context.Context, id schemes.Identity) error {
	if id.Scheme != Name {
		return r.RevokeAll(ctx, id.User.ID)
	}
	var spared []time.Time
	if issued, ok := id.Claims["iat"].(int64); ok {
		spared = append(spared, time.Unix(issued, 0).UTC())
	}
	if end, ok := id.Claims["exp"].(int64); ok {
		spared = append(spared, time.Unix(end, 0).Add(-r.lifetime).UTC().Truncate(time.Second))
	}
	return r.revoke(ctx, id.User.ID, spared...)
}

func (r *Revoker) revoke(ctx context.Context, user models.UserID, spared ...time.Time) error {
	if err := r.tokens.BlacklistAll(ctx, user, r.now().UTC(), spared...); err != nil {
		return fmt.Errorf("jwt: ending the tokens of a user: %w", err)
	}
	return nil
}
