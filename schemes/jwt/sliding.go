package jwt

import (
	"context"
	"net/http"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// Sliding is the scheme's sliding tokens: one token that both proves requests and is traded for a longer-lived copy of
// itself, until a second end that lies in it. Its Grants have only Access; RefreshUntil is the second end. Such tokens
// prove requests where AUTH_TOKEN_CLASSES lists SlidingToken.
//
// Source: rest_framework_simplejwt.tokens.SlidingToken.
type Sliding struct{ *Scheme }

// Sliding returns the scheme's sliding tokens.
func (s *Scheme) Sliding() *Sliding { return &Sliding{s} }

// Issue makes a sliding token for u and records it in the transaction that r's context carries.
func (s *Sliding) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	return issue(s, r, u)
}

// Prepare signs a sliding token for u, and returns what records it.
func (s *Sliding) Prepare(r *http.Request, u *models.User) (schemes.Grant, func(context.Context) error, error) {
	if err := s.prepareClaims(r.Context(), u); err != nil {
		return schemes.Grant{}, nil, err
	}
	now := s.cfg.Now()
	c := s.personal(sliding, u, now)
	grant, err := s.grant(c, now)
	return grant, func(ctx context.Context) error { return s.record(ctx, c, grant.Access, u, now) }, err
}

// Refresh trades a sliding token for one that ends later. It keeps its id, so blacklisting ends all copies at once. A
// token whose second end is over or missing is refused as Expired or NoExpiry, with Claim naming the second end.
//
// Source: rest_framework_simplejwt.serializers.TokenRefreshSlidingSerializer; the user is looked at as for pairs.
func (s *Sliding) Refresh(ctx context.Context, raw string) (schemes.Grant, error) {
	now := s.cfg.Now()
	t, err := s.read(ctx, raw, sliding, now)
	if err != nil {
		return schemes.Grant{}, err
	}
	if err := s.refreshable(t, now); err != nil {
		return schemes.Grant{}, err
	}
	u, err := s.holder(ctx, t)
	if err != nil {
		return schemes.Grant{}, err
	}
	return s.grant(t.claims.clone().
		with("exp", number(now.Add(s.cfg.SlidingTokenLifetime).Unix())).
		with("iat", s.issuedAt(u, now)), now)
}

// refreshable checks the second end.
func (s *Sliding) refreshable(t *token, now time.Time) error {
	claim := s.cfg.SlidingTokenRefreshExpClaim
	_, there := t.claims.get(claim)
	end, ok := seconds(t.claims, claim)
	var failure *schemes.Failure
	switch {
	case !there:
		failure = s.refuse(schemes.NoExpiry, nil)
	case !ok:
		failure = s.refuse(schemes.Invalid, malformed(claim))
	case !time.Unix(end, 0).After(now.Add(-s.cfg.Leeway)):
		failure = s.refuse(schemes.Expired, nil)
	default:
		return nil
	}
	failure.Claim = claim
	return failure
}

func (s *Sliding) grant(c claims, now time.Time) (schemes.Grant, error) {
	raw, err := s.sign(c)
	if err != nil {
		return schemes.Grant{}, err
	}
	until, _ := seconds(c, s.cfg.SlidingTokenRefreshExpClaim)
	return schemes.Grant{
		Access:       raw,
		AccessUntil:  now.Add(s.cfg.SlidingTokenLifetime).UTC(),
		RefreshUntil: time.Unix(until, 0).UTC(),
	}, nil
}
