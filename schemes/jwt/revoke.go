package jwt

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// Outstanding keeps what was handed out to users.
type Outstanding interface {
	// BlacklistAll ends all refresh tokens of a user that are alive, but for those whose ids begin with spared; "" spares
	// none.
	BlacklistAll(ctx context.Context, user models.UserID, at time.Time, spared string) error
	// EndOtherLogins makes void what was handed out to a user before, but for one login, which may be the zero value: see
	// models.User.LoginsEnded and SparedLogin. It returns models.ErrNotFound when the user is gone.
	EndOtherLogins(ctx context.Context, user models.UserID, at time.Time, but models.Login) error
}

// Revoker ends the tokens of a user: refresh tokens by their rows, and with CHECK_LOGINS_ENDED access tokens by the time
// at which it happened. It needs no keys.
//
// It is safe for concurrent use.
type Revoker struct {
	tokens Outstanding
	now    func() time.Time
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
	return &Revoker{tokens: tokens, now: cfg.Now}
}

// RevokeAll ends all tokens of the user. A user who is gone has none.
func (r *Revoker) RevokeAll(ctx context.Context, user models.UserID) error {
	return r.revoke(ctx, user, models.Login{})
}

// RevokeOthers ends all tokens of the user but those of the login that id came from, which its id names. Of a login at a
// Django beside this server the access token goes on, and the refresh token, whose id is not like it, ends.
func (r *Revoker) RevokeOthers(ctx context.Context, id schemes.Identity) error {
	if id.Scheme != Name {
		return r.RevokeAll(ctx, id.User.ID)
	}
	return r.revoke(ctx, id.User.ID, models.Login{ID: loginOf(id.Key), IssuedAt: issuedOf(id)})
}

func (r *Revoker) revoke(ctx context.Context, user models.UserID, but models.Login) error {
	now := r.now().UTC()
	if err := r.tokens.EndOtherLogins(ctx, user, now, but); err != nil && !errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("jwt: ending the logins of a user: %w", err)
	}
	if err := r.tokens.BlacklistAll(ctx, user, now, but.ID); err != nil {
		return fmt.Errorf("jwt: ending the tokens of a user: %w", err)
	}
	return nil
}

// issuedOf is the iat of the token that id came from; the zero time where it does not say.
func issuedOf(id schemes.Identity) time.Time {
	switch iat := id.Claims["iat"].(type) {
	case int64:
		return time.Unix(iat, 0)
	case float64:
		return time.UnixMicro(int64(math.Round(iat * 1e6)))
	}
	return time.Time{}
}
