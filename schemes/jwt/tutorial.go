package jwt

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"watchword/models"
	"watchword/schemes"
	"watchword/schemes/jwt/keys"
)

// TutorialName is the name of the tutorial's scheme in settings and identities.
const TutorialName = "tutorial-jwt"

// tutorialAlgorithm is the one algorithm that such tokens are signed and verified with.
const tutorialAlgorithm = "HS256"

// tutorialClaims are the claims that are looked at; none may come in another case.
var tutorialClaims = []string{"id", "exp", "nbf", "iat", "aud"}

// Tutorial is the scheme of a widely copied tutorial: one long-lived HS256 token that says who somebody is and when it
// ends, and nothing else. It has no id, so a single token cannot be taken back; it ends with its time, with the user,
// or with the secret. It exists for clients that have such tokens already.
//
// It has a secret of its own and never sees the keys of Scheme, nor Scheme its secret, so that a token of one is never
// one of the other (RFC 8725 section 3.1). Where the original is lax, this is not: HS384 and HS512, tokens without an
// end, with an end that is no number or with an iat in the future are refused, as are ids that are neither a whole
// number nor the text of one. No server that speaks this protocol ever made such a token.
//
// It is safe for concurrent use.
//
// Source: the JWTAuthentication and User.token of the tutorial, over PyJWT 1.6.
type Tutorial struct {
	cfg    TutorialConfig
	key    *keys.Key
	users  Users
	header string // the first segment of every token
}

var _ schemes.Scheme = (*Tutorial)(nil)

// NewTutorial returns the tutorial's scheme over users. secretKey, Django's SECRET_KEY, signs where cfg.SigningKey is
// empty. The error begins with the name of the setting at fault.
func NewTutorial(cfg TutorialConfig, secretKey string, users Users) (*Tutorial, error) {
	secret := cfg.SigningKey
	if secret == "" {
		secret = secretKey
	}
	set, err := keys.Secret(tutorialAlgorithm, secret, cfg.MinSecretLength)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	header := claims{{"typ", `"JWT"`}, {"alg", quoted(tutorialAlgorithm)}}
	return &Tutorial{
		cfg: cfg, key: set.Signing(), users: users,
		header: base64.RawURLEncoding.EncodeToString(header.appendTo(nil)),
	}, nil
}

// Name is "tutorial-jwt".
func (t *Tutorial) Name() string { return TutorialName }

// Challenge is empty: the original names none, so that every refusal is 403.
func (t *Tutorial) Challenge() string { return "" }

// Authenticate reads the token in the Authorization header and the row of the user it names. The word Bearer may be
// written in any case. A header with one word or more than two is somebody else's, not a failure.
func (t *Tutorial) Authenticate(r *http.Request) (schemes.Identity, error) {
	words := headerWords(r, "Authorization")
	if len(words) != 2 || !strings.EqualFold(words[0], "Bearer") {
		return schemes.Identity{}, nil
	}
	payload, err := t.decode(words[1])
	if err != nil {
		return schemes.Identity{}, err
	}
	u, err := t.user(r.Context(), payload)
	if err != nil {
		return schemes.Identity{}, err
	}
	if !u.IsActive {
		return schemes.Identity{}, t.refuse(schemes.UserInactive, nil)
	}
	if t.outlived(u, payload) {
		return schemes.Identity{}, t.refuse(schemes.Expired, nil)
	}
	return schemes.Identity{User: u, Scheme: TutorialName, Claims: payload.decode()}, nil
}

// outlived reports whether a token is from a second before that in which all logins of u were ended. The token says only
// when it ends, from which the time of its making follows while the lifetime stays as it is.
func (t *Tutorial) outlived(u *models.User, c claims) bool {
	end, _ := seconds(c, "exp")
	return t.cfg.LimitExpiry && u.LoginsEnded != nil &&
		time.Unix(end, 0).Add(-t.cfg.Lifetime).Before(u.LoginsEnded.Truncate(time.Second))
}

// user returns the user whom the claims name.
func (t *Tutorial) user(ctx context.Context, c claims) (*models.User, error) {
	value, _ := c.get("id")
	key, ok := userKey(models.UserFieldID, value)
	if !ok {
		return nil, t.refuse(schemes.NoUser, nil)
	}
	u, err := t.users.UserBy(ctx, models.UserFieldID, key)
	if errors.Is(err, models.ErrNotFound) {
		return nil, t.refuse(schemes.UserMissing, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("jwt: reading the user: %w", err)
	}
	return u, nil
}

// decode returns the claims of a token whose signature and times are good.
func (t *Tutorial) decode(raw string) (claims, error) {
	p, err := parse(raw, tutorialClaims)
	if err != nil {
		return nil, t.refuse(schemes.Invalid, err)
	}
	if _, err := checkHeader(p.header, tutorialAlgorithm); err != nil {
		return nil, t.refuse(schemes.Invalid, err)
	}
	if err := t.key.Verify(p.input, p.signature); err != nil {
		return nil, t.refuse(schemes.Invalid, err)
	}
	if reason, err := t.checkClaims(p.payload); reason != 0 {
		return nil, t.refuse(reason, err)
	}
	return p.payload, nil
}

// checkClaims checks the times, to the second and without leeway, as PyJWT does. A token that is for somebody in
// particular is not for us. The reason is zero when all is well.
func (t *Tutorial) checkClaims(c claims) (schemes.Reason, error) {
	now := t.cfg.Now()
	for _, name := range []string{"iat", "nbf"} {
		if at, ok := seconds(c, name); !ok || at > now.Unix() {
			return schemes.Invalid, malformed(name)
		}
	}
	if _, there := c.get("aud"); there {
		return schemes.Invalid, malformed("aud")
	}
	if _, there := c.get("exp"); !there {
		return schemes.NoExpiry, nil
	}
	end, ok := seconds(c, "exp")
	switch {
	case !ok:
		return schemes.Invalid, malformed("exp")
	case end <= now.Unix():
		return schemes.Expired, nil
	case t.cfg.LimitExpiry && end > now.Add(t.cfg.Lifetime).Unix():
		return schemes.Invalid, malformed("exp beyond every lifetime")
	}
	return 0, nil
}

// Issue makes a token for u.
func (t *Tutorial) Issue(_ *http.Request, u *models.User) (schemes.Grant, error) {
	until := t.cfg.Now().Add(t.cfg.Lifetime).Truncate(time.Second).UTC()
	payload := claims{{"id", userID(u.ID)}, {"exp", number(until.Unix())}}
	input := t.header + "." + base64.RawURLEncoding.EncodeToString(payload.appendTo(nil))
	signature, err := t.key.Sign(input)
	if err != nil {
		return schemes.Grant{}, err
	}
	raw := input + "." + base64.RawURLEncoding.EncodeToString(signature)
	return schemes.Grant{Access: raw, AccessUntil: until}, nil
}

// Revoke does nothing: there is nothing by which a single token could be told from the user's others.
func (t *Tutorial) Revoke(*http.Request, schemes.Identity) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

// refuse returns the failure with this reason.
func (t *Tutorial) refuse(reason schemes.Reason, cause error) *schemes.Failure {
	return schemes.Fail(TutorialName, reason, cause)
}
