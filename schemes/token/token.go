package token

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"watchword/auth/opaque"
	"watchword/models"
	"watchword/schemes"
)

// Name is the name of the scheme in settings and identities.
const Name = "authtoken"

// Store keeps opaque tokens.
type Store interface {
	// LoginToken finds the token with one of digests, and its user; models.ErrNotFound for none.
	LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error)
	// CreateLoginToken adds t. With a limit above 0 the user keeps that many tokens, the youngest.
	CreateLoginToken(ctx context.Context, t models.LoginToken, limit int) error
	// RefreshLoginToken notes a use at a time, unless one at or after since is noted; models.ErrNotFound for no token.
	RefreshLoginToken(ctx context.Context, digest models.Digest, at, since time.Time) error
	// DeleteLoginToken ends one token, and says whether it was there.
	DeleteLoginToken(ctx context.Context, digest models.Digest) (bool, error)
	// DeleteLoginTokens ends all tokens of the user.
	DeleteLoginTokens(ctx context.Context, user models.UserID) error
	// DeleteOtherLoginTokens ends all tokens of the user but the given one.
	DeleteOtherLoginTokens(ctx context.Context, user models.UserID, but models.Digest) error
	// DeleteExpiredLoginTokens deletes up to limit tokens made and last used before unused, or made before made.
	DeleteExpiredLoginTokens(ctx context.Context, unused, made time.Time, limit int) (int, error)
}

// Scheme is one opaque token for each login, revocable alone, of which only a digest is stored. A request costs one
// query; an expired token is refused and left to Sweep.
//
// It is safe for concurrent use.
//
// Source: rest_authtoken.auth.AuthTokenAuthentication of django-rest-authtoken 2.1, which deletes when it reads and takes
// many spellings of a token; the refreshing is that of knox.auth.TokenAuthentication of django-rest-knox 5.0.
type Scheme struct {
	cfg   Config
	codec *opaque.Codec
	store Store
}

var (
	_ schemes.Scheme        = (*Scheme)(nil)
	_ schemes.AllRevoker    = (*Scheme)(nil)
	_ schemes.OthersRevoker = (*Scheme)(nil)
)

// New returns the scheme over store, or the faults of cfg.
func New(cfg Config, store Store) (*Scheme, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	codec, err := opaque.NewCodec(cfg.Digests, cfg.Prefix)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Scheme{cfg: cfg, codec: codec, store: store}, nil
}

// Name is "authtoken".
func (s *Scheme) Name() string { return Name }

// Challenge is the bare keyword, as django-rest-authtoken sends it.
func (s *Scheme) Challenge() string { return Keyword }

// Authenticate reads the Authorization header and looks the token up. The failures' reasons tell apart what a client is
// not told: a malformed or unknown token, an expired one, and one of a disabled user.
func (s *Scheme) Authenticate(r *http.Request) (schemes.Identity, error) {
	text, err := fromHeader(r, Name)
	if text == "" || err != nil {
		return schemes.Identity{}, err
	}
	digests := s.codec.Digests(text)
	if digests == nil {
		return schemes.Identity{}, schemes.Fail(Name, schemes.Invalid, nil)
	}
	return s.recognise(r.Context(), digests)
}

// recognise says whose the token with one of digests is, and refuses one that is no good.
func (s *Scheme) recognise(ctx context.Context, digests []models.Digest) (schemes.Identity, error) {
	t, u, err := s.store.LoginToken(ctx, digests)
	if errors.Is(err, models.ErrNotFound) {
		return schemes.Identity{}, schemes.Fail(Name, schemes.Invalid, nil)
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	now := s.now()
	expired := s.expired(t, now)
	switch {
	case (expired || !u.IsActive) && models.MayBeOld(ctx):
		return s.recognise(models.Fresh(ctx), digests)
	case expired:
		return schemes.Identity{}, schemes.Fail(Name, schemes.Expired, nil)
	case !u.IsActive:
		return schemes.Identity{}, schemes.Fail(Name, schemes.UserInactive, nil)
	}
	if err := s.refresh(ctx, t, now); err != nil {
		return schemes.Identity{}, err
	}
	return schemes.Identity{User: u, Scheme: Name, Key: hex.EncodeToString(t.Digest)}, nil
}

// Issue makes a token. Where a user may have so many only, their oldest ends.
func (s *Scheme) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	text, digest := s.codec.New()
	t := models.LoginToken{Digest: digest, UserID: u.ID, Created: s.now()}
	if err := s.store.CreateLoginToken(r.Context(), t, s.cfg.LimitPerUser); err != nil {
		return schemes.Grant{}, err
	}
	return schemes.Grant{Access: text, AccessUntil: s.end(&t)}, nil
}

// Revoke ends the one token that id came from.
func (s *Scheme) Revoke(r *http.Request, id schemes.Identity) (schemes.Grant, error) {
	if id.Scheme != Name {
		return schemes.Grant{}, nil
	}
	_, err := s.End(r.Context(), id)
	return schemes.Grant{}, err
}

// End is Revoke, and says whether the token was alive until now: of many callers to one only.
func (s *Scheme) End(ctx context.Context, id schemes.Identity) (bool, error) {
	digest, err := hex.DecodeString(id.Key)
	if err != nil {
		return false, fmt.Errorf("token: not a key of this scheme: %w", err)
	}
	return s.store.DeleteLoginToken(ctx, digest)
}

// RevokeAll ends all tokens of the user.
func (s *Scheme) RevokeAll(ctx context.Context, user models.UserID) error {
	return s.store.DeleteLoginTokens(ctx, user)
}

// RevokeOthers ends all tokens of the user but the one that id came from.
func (s *Scheme) RevokeOthers(ctx context.Context, id schemes.Identity) error {
	if id.Scheme != Name {
		return s.RevokeAll(ctx, id.User.ID)
	}
	digest, err := hex.DecodeString(id.Key)
	if err != nil {
		return fmt.Errorf("token: not a key of this scheme: %w", err)
	}
	return s.store.DeleteOtherLoginTokens(ctx, id.User.ID, digest)
}

// Sweep deletes up to limit tokens that have expired by now and returns how many; fewer than limit means that none is
// left.
func (s *Scheme) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	if s.cfg.Validity == 0 {
		return 0, nil
	}
	now = now.UTC().Truncate(time.Microsecond)
	unused := now.Add(-s.cfg.Validity)
	made := unused // a use that is noted means nothing
	switch {
	case s.cfg.AutoRefresh && s.cfg.AutoRefreshMaxTTL > 0:
		made = now.Add(-s.cfg.AutoRefreshMaxTTL)
	case s.cfg.AutoRefresh:
		made = time.Time{}
	}
	return s.store.DeleteExpiredLoginTokens(ctx, unused, made, limit)
}

// now is the time, as exactly as databases keep it.
func (s *Scheme) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// expired reports whether t's last moment is over. A token without an end never is.
func (s *Scheme) expired(t *models.LoginToken, now time.Time) bool {
	end := s.end(t)
	return !end.IsZero() && now.After(end)
}

// end is the last moment of t, or the zero time.
func (s *Scheme) end(t *models.LoginToken) time.Time {
	if s.cfg.Validity == 0 {
		return time.Time{}
	}
	end := s.lastUse(t).Add(s.cfg.Validity)
	if s.cfg.AutoRefresh && s.cfg.AutoRefreshMaxTTL > 0 {
		if last := t.Created.Add(s.cfg.AutoRefreshMaxTTL); last.Before(end) {
			return last
		}
	}
	return end
}

// lastUse is what the validity counts from.
func (s *Scheme) lastUse(t *models.LoginToken) time.Time {
	if s.cfg.AutoRefresh && t.Refreshed != nil && t.Refreshed.After(t.Created) {
		return *t.Refreshed
	}
	return t.Created
}

// refresh notes that t is used, if that is to be noted and was not noted a moment ago.
func (s *Scheme) refresh(ctx context.Context, t *models.LoginToken, now time.Time) error {
	since := now.Add(-s.cfg.MinRefreshInterval)
	if !s.cfg.AutoRefresh || !s.lastUse(t).Before(since) {
		return nil
	}
	err := s.store.RefreshLoginToken(ctx, t.Digest, now, since)
	if errors.Is(err, models.ErrNotFound) { // logged out this very moment
		return schemes.Fail(Name, schemes.Revoked, nil)
	}
	return err
}
