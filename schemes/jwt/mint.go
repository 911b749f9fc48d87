package jwt

import (
	"crypto/md5" //nolint:gosec // simplejwt's hash_password claim is an MD5; it guards nothing by itself
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"watchword/models"
	"watchword/schemes"
)

// errNoSigner says that this server only verifies tokens.
var errNoSigner = errors.New("jwt: there is no key to sign with")

// fresh returns the claims of a new token of kind k with that id, in simplejwt's order.
func (s *Scheme) fresh(k kind, id string, now time.Time) claims {
	c := make(claims, 0, 12)
	if s.cfg.TokenTypeClaim != "" {
		c = append(c, member{s.cfg.TokenTypeClaim, quoted(k.name)})
	}
	return append(c,
		member{"exp", number(now.Add(k.lifetime(s.cfg)).Unix())},
		member{"iat", number(now.Unix())},
		member{s.cfg.JTIClaim, quoted(id)},
	)
}

// personal returns the claims of a new token for u.
func (s *Scheme) personal(k kind, u *models.User, now time.Time) claims {
	c := s.fresh(k, s.newID(""), now).with("iat", s.issuedAt(u, now))
	if k.name == sliding.name {
		c = c.with(s.cfg.SlidingTokenRefreshExpClaim, number(now.Add(s.cfg.SlidingTokenRefreshLifetime).Unix()))
	}
	c = c.with(s.cfg.UserIDClaim, s.subject(u))
	if s.cfg.CheckRevokeToken {
		c = c.with(s.cfg.RevokeTokenClaim, quoted(passwordDigest(u)))
	}
	if s.cfg.AuthTimeClaim != "" {
		c = c.with(s.cfg.AuthTimeClaim, number(now.Unix()))
	}
	for _, one := range s.custom {
		c = c.with(one.name, one.value(u))
	}
	return c
}

// subject is u in the user id claim, as JSON.
func (s *Scheme) subject(u *models.User) string {
	switch s.userField {
	case models.UserFieldUsername:
		return quoted(u.Username)
	case models.UserFieldEmail:
		return quoted(u.Email)
	default:
		return userID(u.ID)
	}
}

// passwordDigest changes with the user's password.
//
// Source: rest_framework_simplejwt.utils.get_md5_hash_password.
func passwordDigest(u *models.User) string {
	digest := md5.Sum([]byte(u.Password)) //nolint:gosec // see the import
	return strings.ToUpper(hex.EncodeToString(digest[:]))
}

// accessFrom signs an access token with everything that a refresh token says but its kind, id and end. So its iat is
// the refresh token's. Its id is one of the same login.
//
// Source: RefreshToken.access_token.
func (s *Scheme) accessFrom(long claims, now time.Time) (schemes.Grant, error) {
	value, _ := long.get(s.cfg.JTIClaim)
	kin, _ := text(value)
	return s.accessNamed(s.newID(kin), long, now)
}

// accessNamed is accessFrom with an id that is known already.
func (s *Scheme) accessNamed(id string, long claims, now time.Time) (schemes.Grant, error) {
	c := s.fresh(access, id, now)
	for _, m := range long {
		switch m.name {
		case s.cfg.TokenTypeClaim, "exp", s.cfg.JTIClaim, "jti":
		default:
			c = c.with(m.name, m.value)
		}
	}
	raw, err := s.sign(c)
	return schemes.Grant{Access: raw, AccessUntil: now.Add(s.cfg.AccessTokenLifetime).UTC()}, err
}

// sign writes the token. Audience and issuer come last, and c is not changed.
//
// Source: rest_framework_simplejwt.backends.TokenBackend.encode.
func (s *Scheme) sign(c claims) (string, error) {
	key := s.keys.Signing()
	if key == nil {
		return "", errNoSigner
	}
	if s.audience != "" || s.cfg.Issuer != "" {
		c = c.clone()
	}
	if s.audience != "" {
		c = c.with("aud", s.audience)
	}
	if s.cfg.Issuer != "" {
		c = c.with("iss", quoted(s.cfg.Issuer))
	}
	b := append(make([]byte, 0, 1024), encodeHeader(key, s.cfg.KeyIDs)...)
	b = append(b, '.')
	b = base64.RawURLEncoding.AppendEncode(b, c.appendTo(make([]byte, 0, 512)))
	signature, err := key.Sign(string(b))
	if err != nil {
		return "", err
	}
	b = append(b, '.')
	return string(base64.RawURLEncoding.AppendEncode(b, signature)), nil
}

// encodeAudience is AUDIENCE as it goes into tokens: a text stays a text, a list stays a list.
func encodeAudience(setting any, list []string) string {
	if len(list) == 0 {
		return ""
	}
	if _, single := setting.(string); single {
		return quoted(list[0])
	}
	return quotedList(list)
}

// row describes a token to the store: its text, or where that is not kept, a digest that proves nothing.
func (s *Scheme) row(c claims, raw string, u *models.User) (*models.OutstandingToken, error) {
	end, ok := seconds(c, "exp")
	value, _ := c.get(s.cfg.JTIClaim)
	id, isText := text(value)
	if !ok || !isText {
		return nil, errors.New("jwt: a token without end or id cannot be recorded")
	}
	if !s.cfg.StoreTokenText {
		digest := sha256.Sum256([]byte(raw))
		raw = "sha256:" + hex.EncodeToString(digest[:])
	}
	row := &models.OutstandingToken{JTI: id, Token: raw, ExpiresAt: time.Unix(end, 0).UTC()}
	if u != nil {
		row.UserID = u.ID
	}
	return row, nil
}
