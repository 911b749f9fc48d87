package jwt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchword/schemes"
)

// token is a token whose signature, times, audience and issuer are good.
type token struct {
	claims claims
	kind   string // its token_type; "" without one
	typed  bool   // it has a token_type
	id     string // its jti; "" without one
	ends   bool   // it has an exp
}

var errNoKey = errors.New("no key with that id")

// farthest is the last second of the year 9999; no sensible time lies beyond.
const farthest = 253402300799

// Verify checks a token of any kind and returns nil if this server would take it: its user is not looked up. A refresh
// or sliding token that was ended is refused, whatever BLACKLIST_AFTER_ROTATION says.
//
// Source: rest_framework_simplejwt.serializers.TokenVerifySerializer.
func (s *Scheme) Verify(ctx context.Context, raw string) error {
	t, err := s.decode(raw, s.cfg.Now())
	if err != nil {
		return err
	}
	if err := s.complete(t, untyped); err != nil {
		return err
	}
	if t.kind == access.name {
		return nil // never listed
	}
	return s.alive(ctx, t)
}

// proof reads a token that comes with a request: the first of the accepted kinds that it is. When it is none, the
// failure has the last kind's reason, and every kind's in Attempts.
func (s *Scheme) proof(ctx context.Context, raw string) (*token, error) {
	t, err := s.decode(raw, s.cfg.Now())
	var attempts []schemes.Attempt
	for _, k := range s.kinds {
		checked := err
		if checked == nil {
			checked = s.check(ctx, t, k)
		}
		if checked == nil {
			return t, nil
		}
		var failure *schemes.Failure
		if !errors.As(checked, &failure) {
			return nil, checked
		}
		attempts = append(attempts, schemes.Attempt{Class: k.class, Type: k.name, Reason: failure.Reason})
		if len(attempts) == len(s.kinds) {
			failure.Attempts = attempts
			return nil, failure
		}
	}
	return nil, err
}

// read decodes raw and checks that it is a token of kind k.
func (s *Scheme) read(ctx context.Context, raw string, k kind, now time.Time) (*token, error) {
	t, err := s.decode(raw, now)
	if err != nil {
		return nil, err
	}
	return t, s.check(ctx, t, k)
}

// check says whether t is a live token of kind k, in simplejwt's order: the blacklist comes first.
func (s *Scheme) check(ctx context.Context, t *token, k kind) error {
	if k.listed {
		if err := s.alive(ctx, t); err != nil {
			return err
		}
	}
	return s.complete(t, k)
}

// alive asks the blacklist.
func (s *Scheme) alive(ctx context.Context, t *token) error {
	if s.tokens == nil || t.id == "" {
		return nil
	}
	ended, err := s.tokens.Blacklisted(ctx, t.id)
	if err != nil {
		return fmt.Errorf("jwt: asking the blacklist: %w", err)
	}
	if ended {
		return s.refuse(schemes.Revoked, nil)
	}
	return nil
}

// complete checks that t has an end and an id, and that it is of kind k.
func (s *Scheme) complete(t *token, k kind) error {
	switch {
	case !t.ends:
		return s.refuse(schemes.NoExpiry, nil)
	case t.id == "":
		return s.refuse(schemes.NoID, nil)
	case k.name == "", s.cfg.TokenTypeClaim == "":
		return nil
	case !t.typed:
		return s.refuse(schemes.NoType, nil)
	case t.kind != k.name:
		return s.refuse(schemes.WrongType, nil)
	default:
		return nil
	}
}

// decode checks everything about a token that does not depend on its kind. The signature comes before any claim.
//
// Source: PyJWT's decode as simplejwt's TokenBackend calls it.
func (s *Scheme) decode(raw string, now time.Time) (*token, error) {
	p, err := parse(raw, s.folded)
	if err != nil {
		return nil, s.refuse(schemes.Invalid, err)
	}
	if err := s.checkSignature(raw, p); err != nil {
		return nil, s.refuse(schemes.Invalid, err)
	}
	t, err := s.interpret(p.payload)
	if err != nil {
		return nil, s.refuse(schemes.Invalid, err)
	}
	if reason, err := s.checkClaims(p.payload, now); reason != 0 {
		return nil, s.refuse(reason, err)
	}
	return t, nil
}

// checkSignature tries the keys that the header allows.
func (s *Scheme) checkSignature(raw string, p parsed) error {
	id, err := checkHeader(p.header, s.cfg.Algorithm)
	if err != nil {
		return err
	}
	if !s.cfg.KeyIDs && s.cfg.JWKURL == "" {
		id = ""
	}
	err = errNoKey
	for _, key := range s.keys.Verifying(id) {
		if key.Algorithm() != s.cfg.Algorithm {
			continue
		}
		if err = s.verified.check(key, raw, p); err == nil {
			return nil
		}
	}
	return err
}

// interpret reads the claims that the scheme itself goes by. Ids are text of 1 to 255 bytes without control characters:
// they are looked up in a column of that size.
func (s *Scheme) interpret(c claims) (*token, error) {
	t := &token{claims: c}
	_, t.ends = c.get("exp")
	if value, there := c.get(s.cfg.JTIClaim); there {
		id, ok := text(value)
		if !ok || id == "" || len(id) > 255 || strings.ContainsFunc(id, isControl) {
			return nil, malformed("an id that is no plain text")
		}
		t.id = id
	}
	if s.cfg.TokenTypeClaim != "" {
		var value string
		value, t.typed = c.get(s.cfg.TokenTypeClaim)
		t.kind, _ = text(value)
	}
	return t, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// checkClaims checks times, audience and issuer, in PyJWT's order: a token that has ended is told so, whomever it was
// for. The reason is zero when all is well.
func (s *Scheme) checkClaims(c claims, now time.Time) (schemes.Reason, error) {
	for _, name := range []string{"iat", "nbf"} {
		at, ok := seconds(c, name)
		if !ok || at > now.Add(s.cfg.Leeway).Unix() {
			return schemes.Invalid, malformed(name)
		}
	}
	if reason, err := s.checkEnd(c, now); reason != 0 {
		return reason, err
	}
	if s.audiences != nil && !s.forUs(c) {
		return schemes.Invalid, malformed("aud")
	}
	if iss, _ := c.get("iss"); s.cfg.Issuer != "" && !isText(iss, s.cfg.Issuer) {
		return schemes.Invalid, malformed("iss")
	}
	return 0, nil
}

// checkEnd checks exp. Without one it has no reason: NoExpiry is for later, as the blacklist is asked first.
func (s *Scheme) checkEnd(c claims, now time.Time) (schemes.Reason, error) {
	if _, there := c.get("exp"); !there {
		return 0, nil
	}
	end, ok := seconds(c, "exp")
	switch {
	case !ok:
		return schemes.Invalid, malformed("exp")
	case !time.Unix(end, 0).After(now.Add(-s.cfg.Leeway)):
		return schemes.Expired, nil
	case s.cfg.LimitExpiry && end > now.Add(s.longest+s.cfg.Leeway).Unix():
		return schemes.Invalid, malformed("exp beyond every lifetime")
	}
	return 0, nil
}

// forUs reports whether aud names one of our audiences. It is a text or a list of texts (RFC 7519 section 4.1.3).
func (s *Scheme) forUs(c claims) bool {
	value, _ := c.get("aud")
	if one, ok := text(value); ok {
		return slices.Contains(s.audiences, one)
	}
	var named []*string
	if !strings.HasPrefix(value, "[") || json.Unmarshal([]byte(value), &named) != nil || slices.Contains(named, nil) {
		return false
	}
	return slices.ContainsFunc(named, func(one *string) bool { return slices.Contains(s.audiences, *one) })
}

func isText(value, want string) bool {
	s, ok := text(value)
	return ok && s == want
}

// seconds returns a time claim in whole seconds: 0 when it is absent, not ok when it is no number or no sensible time.
func seconds(c claims, name string) (at int64, ok bool) {
	value, there := c.get(name)
	if !there {
		return 0, true
	}
	at, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || math.Abs(f) > farthest {
			return 0, false
		}
		at = int64(f)
	}
	return at, -farthest <= at && at <= farthest
}
