package jwt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// Refresh trades a refresh token for an access token and, with ROTATE_REFRESH_TOKENS, a new refresh token. With
// BLACKLIST_AFTER_ROTATION the old one ends in the same transaction; of several who bring it at once one wins, and the
// others are refused as Revoked, or given the same within REUSE_GRACE_PERIOD. The user must exist and be allowed in; a
// token that names nobody is traded too, since its successors prove nothing.
//
// Source: rest_framework_simplejwt.serializers.TokenRefreshSerializer; a missing user is UserMissing, not a crash.
func (s *Scheme) Refresh(ctx context.Context, raw string) (schemes.Grant, error) {
	now := s.cfg.Now()
	if s.families {
		return s.refreshInFamily(ctx, raw, now.Truncate(time.Microsecond))
	}
	t, err := s.read(ctx, raw, refresh, now)
	if err != nil {
		return schemes.Grant{}, err
	}
	u, err := s.holder(ctx, t)
	if err != nil {
		return schemes.Grant{}, err
	}
	if !s.cfg.RotateRefreshTokens {
		return s.accessFrom(t.claims, now)
	}
	return s.rotate(ctx, raw, t, u, now)
}

// holder returns the user whom t names and who may still use it; nil when t names nobody.
func (s *Scheme) holder(ctx context.Context, t *token) (*models.User, error) {
	u, err := s.user(ctx, t)
	var failure *schemes.Failure
	if errors.As(err, &failure) && failure.Reason == schemes.NoUser {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if s.cfg.CheckUserIsActive && !u.IsActive {
		return nil, s.refuse(schemes.UserInactive, nil)
	}
	return u, s.outlived(u, t)
}

// rotate signs the new pair first, so that the transaction is short, and then lets Blacklist decide who is first. A
// loser's refusal is carried out of the transaction, which commits.
func (s *Scheme) rotate(ctx context.Context, raw string, t *token, u *models.User, now time.Time) (schemes.Grant, error) {
	r := s.newRotation(t, now, now)
	grant, next, err := s.successors(t.claims, r, u)
	if err != nil || s.tokens == nil {
		return grant, err
	}
	late := false
	err = s.tokens.Atomic(ctx, func(ctx context.Context) error {
		if s.cfg.BlacklistAfterRotation {
			first, err := s.end(ctx, raw, t, u, now)
			if late = !first; err != nil || late {
				return err
			}
		}
		return s.record(ctx, next, grant.Refresh, u, now)
	})
	if err != nil {
		return schemes.Grant{}, err
	}
	if late {
		return schemes.Grant{}, s.refuse(schemes.Revoked, nil)
	}
	return grant, nil
}

// newRotation names the successors of t. Its family began at started.
func (s *Scheme) newRotation(t *token, started, now time.Time) models.RefreshRotation {
	end, _ := seconds(t.claims, "exp")
	return models.RefreshRotation{
		Parent: t.id, ParentExpiresAt: time.Unix(end, 0).UTC(),
		Child: s.newID(t.id), ChildExpiresAt: s.refreshEnd(started, now), Access: s.newID(t.id),
		At: now, StartedAt: started,
	}
}

// successors signs an access token from u's old refresh token, as simplejwt does, and the new refresh token, whose claims
// it returns too. Both follow from the arguments alone.
func (s *Scheme) successors(old claims, r models.RefreshRotation, u *models.User) (schemes.Grant, claims, error) {
	next := old.clone().
		with(s.cfg.JTIClaim, quoted(r.Child)).
		with("exp", number(r.ChildExpiresAt.Unix())).
		with("iat", s.issuedAt(u, r.At))
	grant, err := s.accessNamed(r.Access, old, r.At)
	if err != nil {
		return schemes.Grant{}, nil, err
	}
	if grant.Refresh, err = s.sign(next); err != nil {
		return schemes.Grant{}, nil, err
	}
	grant.RefreshUntil = r.ChildExpiresAt.UTC()
	return grant, next, nil
}

// end blacklists a token.
func (s *Scheme) end(ctx context.Context, raw string, t *token, u *models.User, now time.Time) (first bool, err error) {
	row, err := s.row(t.claims, raw, u)
	if err != nil {
		return false, err
	}
	if first, err = s.tokens.Blacklist(ctx, row, now); err != nil {
		return false, fmt.Errorf("jwt: ending a token: %w", err)
	}
	return first, nil
}

// Blacklist ends a refresh token. One that is bad, or was ended before, is a *schemes.Failure; with REUSE_ENDS_FAMILY one
// that was exchanged before ends its family, so that nothing of a login is left whether its end or a refresh came first.
// A good token that is not in the outstanding list is put there. Without a blacklist nothing happens to a good token.
//
// Source: rest_framework_simplejwt.serializers.TokenBlacklistSerializer and tokens.BlacklistMixin.blacklist.
func (s *Scheme) Blacklist(ctx context.Context, raw string) error {
	now := s.cfg.Now()
	t, err := s.read(ctx, raw, refresh, now)
	if isRevoked(err) {
		return s.endAfterReuse(ctx, t, now)
	}
	if err != nil || s.tokens == nil {
		return err
	}
	u, err := s.user(ctx, t)
	var failure *schemes.Failure
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	first, err := s.end(ctx, raw, t, u, now)
	if err == nil && !first {
		return s.endAfterReuse(ctx, t, now)
	}
	return err
}
