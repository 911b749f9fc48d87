package jwt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// Families keeps which refresh tokens followed each other by rotation. Tokens that others have signed belong to no
// family until they are exchanged for the first time.
type Families interface {
	// RefreshState returns what is known of a token; nothing is no error.
	RefreshState(ctx context.Context, jti string) (models.RefreshState, error)
	// StartFamily makes a family of a token that is in none, and that the caller has just ended, and its successor.
	StartFamily(ctx context.Context, r models.RefreshRotation) error
	// AdvanceFamily puts a successor in the place of a family's current token. It reports whether the token was current,
	// and its family alive: of many callers, to one.
	AdvanceFamily(ctx context.Context, r models.RefreshRotation) (bool, error)
	// FamilyOfRetired returns the family of a token that was exchanged, or models.ErrNotFound.
	FamilyOfRetired(ctx context.Context, jti string) (*models.RefreshFamily, error)
	// EndFamily ends a family and its current token, and reports whether it was alive until now.
	EndFamily(ctx context.Context, id string, at time.Time) (bool, error)
}

// keepsFamilies reports whether anything asks for families. They are of no use where a token can be used many times.
func (c Config) keepsFamilies() bool {
	return c.RotateRefreshTokens && c.BlacklistAfterRotation &&
		(c.ReuseEndsFamily || c.ReuseGracePeriod > 0 || c.FamilyLifetime > 0)
}

// familyEnd is when a family that began at started can be prolonged no more; zero: never.
func (c Config) familyEnd(started time.Time) time.Time {
	if c.FamilyLifetime == 0 {
		return time.Time{}
	}
	return started.Add(max(c.FamilyLifetime, c.RefreshTokenLifetime))
}

// refreshEnd is when a refresh token made now for a family that began at started ends.
func (s *Scheme) refreshEnd(started, now time.Time) time.Time {
	end := now.Add(s.cfg.RefreshTokenLifetime)
	if last := s.cfg.familyEnd(started); s.families && !last.IsZero() && last.Before(end) {
		end = last
	}
	return end
}

// errLost rolls back what somebody who was not first has done.
var errLost = errors.New("jwt: somebody else has used the token")

// refreshInFamily is Refresh where families are kept. Its questions to the store are as many as without them.
func (s *Scheme) refreshInFamily(ctx context.Context, raw string, now time.Time) (schemes.Grant, error) {
	t, err := s.decode(raw, now)
	if err != nil {
		return schemes.Grant{}, err
	}
	state, err := s.tokens.RefreshState(ctx, t.id)
	if err != nil {
		return schemes.Grant{}, fmt.Errorf("jwt: asking the blacklist: %w", err)
	}
	if state.Ended {
		return s.reused(ctx, t, now)
	}
	if err := s.complete(t, refresh); err != nil {
		return schemes.Grant{}, err
	}
	r := s.newRotation(t, began(t, state, now), now)
	if !r.ChildExpiresAt.After(now) {
		return schemes.Grant{}, s.refuse(schemes.Expired, nil)
	}
	u, err := s.holder(ctx, t)
	if err != nil {
		return schemes.Grant{}, err
	}
	grant, next, err := s.successors(t.claims, r, u)
	if err != nil {
		return schemes.Grant{}, err
	}
	err = s.tokens.Atomic(ctx, func(ctx context.Context) error {
		if err := s.handDown(ctx, raw, t, u, r, !state.StartedAt.IsZero()); err != nil {
			return err
		}
		return s.record(ctx, next, grant.Refresh, u, now)
	})
	if errors.Is(err, errLost) {
		return s.reused(ctx, t, now)
	}
	if err != nil {
		return schemes.Grant{}, err
	}
	return grant, nil
}

// began is when the family of t began: for a token that is in none yet, when it was made.
func began(t *token, state models.RefreshState, now time.Time) time.Time {
	if !state.StartedAt.IsZero() {
		return state.StartedAt
	}
	if made, ok := seconds(t.claims, "iat"); ok && made > 0 {
		return time.Unix(made, 0).UTC()
	}
	return now
}

// handDown ends t and puts its successor in its place, in the family that it belongs to or in a new one. It returns
// errLost to all but one. The family comes before the blacklist everywhere, so that no two callers wait for each other.
func (s *Scheme) handDown(ctx context.Context, raw string, t *token, u *models.User, r models.RefreshRotation, member bool) error {
	if member {
		advanced, err := s.tokens.AdvanceFamily(ctx, r)
		if err != nil {
			return fmt.Errorf("jwt: advancing a family: %w", err)
		}
		if !advanced {
			return errLost
		}
	}
	first, err := s.end(ctx, raw, t, u, r.At)
	if err != nil {
		return err
	}
	if !first {
		return errLost
	}
	if member {
		return nil
	}
	if err := s.tokens.StartFamily(ctx, r); err != nil {
		return fmt.Errorf("jwt: starting a family: %w", err)
	}
	return nil
}

// reused answers for a token that was ended before. Within the grace period one that was exchanged buys the same
// successors again; otherwise it ends its family.
func (s *Scheme) reused(ctx context.Context, t *token, now time.Time) (schemes.Grant, error) {
	f, err := s.tokens.FamilyOfRetired(ctx, t.id)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return schemes.Grant{}, s.refuse(schemes.Revoked, nil)
	case err != nil:
		return schemes.Grant{}, fmt.Errorf("jwt: looking for a family: %w", err)
	case s.forgives(t, f, now):
		return s.handOutAgain(ctx, t, f)
	}
	return schemes.Grant{}, s.endFamily(ctx, t, f, now)
}

// forgives reports whether t may be used once more. A request that began before the rotation, and so has a time before
// it, is not forgiven for that alone.
func (s *Scheme) forgives(t *token, f *models.RefreshFamily, now time.Time) bool {
	grace := s.cfg.ReuseGracePeriod
	return grace > 0 && f.Alive && f.Parent == t.id && now.Before(f.RotatedAt.Add(grace))
}

// handOutAgain signs the successors of t once more. They are those that were handed out before, to the claim.
func (s *Scheme) handOutAgain(ctx context.Context, t *token, f *models.RefreshFamily) (schemes.Grant, error) {
	if err := s.complete(t, refresh); err != nil {
		return schemes.Grant{}, err
	}
	u, err := s.holder(ctx, t)
	if err != nil {
		return schemes.Grant{}, err
	}
	grant, _, err := s.successors(t.claims, models.RefreshRotation{
		Child: f.Current, ChildExpiresAt: f.ExpiresAt, Access: f.Access, At: f.RotatedAt,
	}, u)
	return grant, err
}

// endAfterReuse refuses a token that was ended before, and ends its family if it was exchanged.
func (s *Scheme) endAfterReuse(ctx context.Context, t *token, now time.Time) error {
	if !s.families {
		return s.refuse(schemes.Revoked, nil)
	}
	f, err := s.tokens.FamilyOfRetired(ctx, t.id)
	if errors.Is(err, models.ErrNotFound) {
		return s.refuse(schemes.Revoked, nil)
	}
	if err != nil {
		return fmt.Errorf("jwt: looking for a family: %w", err)
	}
	return s.endFamily(ctx, t, f, now)
}

// endFamily refuses t. With REUSE_ENDS_FAMILY its family has ended before that is said.
func (s *Scheme) endFamily(ctx context.Context, t *token, f *models.RefreshFamily, now time.Time) error {
	if s.cfg.ReuseEndsFamily && f.Alive {
		user, _ := t.claims.get(s.cfg.UserIDClaim)
		ended, err := s.endAndTell(ctx, f.ID, user, now)
		if err != nil {
			return fmt.Errorf("jwt: ending a family: %w", err)
		}
		if ended {
			s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "refresh token used twice; its login was ended",
				slog.String("user", user), slog.String("family", f.ID))
		}
	}
	return s.refuse(schemes.Revoked, nil)
}

// endAndTell ends a family and tells whose it was, both or neither. It reports whether the family was alive until now.
func (s *Scheme) endAndTell(ctx context.Context, family, user string, now time.Time) (ended bool, err error) {
	err = s.tokens.Atomic(ctx, func(ctx context.Context) error {
		if ended, err = s.tokens.EndFamily(ctx, family, now); err != nil || !ended || s.cfg.Reused == nil {
			return err
		}
		u, err := s.users.UserBy(ctx, s.userField, user)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		return s.cfg.Reused(ctx, u)
	})
	return ended, err
}

// isRevoked reports whether err says that a token was ended before.
func isRevoked(err error) bool {
	var failure *schemes.Failure
	return errors.As(err, &failure) && failure.Reason == schemes.Revoked
}
