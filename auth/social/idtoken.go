package social

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// The bounds on id_tokens.
const (
	maxIDToken = 16 << 10
	clockSkew  = 5 * time.Minute
)

// expectation is what an id_token must be like, beyond being signed by its issuer.
type expectation struct {
	clients     []string // the audience is one of them
	nonce       string   // "": any
	needNonce   bool
	accessToken string // that came with it; "" for none
	// issued says whether the issuer that the token names is the right one. nil: the one that discovery names.
	issued func(claims object, named string) bool
	// delegates says that the token may have been asked for by another app for one of ours, as Android's apps do at
	// Google for the server that they talk to.
	delegates bool
}

// verify proves raw, and returns its claims. The error is a *Failure or an *Unavailable.
//
// Source: OpenID Connect Core 1.0 section 3.1.3.7.
func (i *issuer) verify(ctx context.Context, raw string, want expectation) (object, error) {
	if len(raw) > maxIDToken || strings.Count(raw, ".") != 2 {
		return nil, &Failure{Reason: Malformed}
	}
	d, err := i.discover(ctx)
	if err != nil {
		return nil, err
	}
	token, err := d.keys.Verify(oidc.ClientContext(ctx, i.client), raw)
	if err != nil {
		return nil, signatureFailure(err)
	}
	claims, err := claimsOf(token)
	if err != nil {
		return nil, err
	}
	if want.issued == nil {
		want.issued = func(_ object, named string) bool { return named == d.Issuer }
	}
	if reason := i.check(token, claims, want); reason != 0 {
		return nil, &Failure{Reason: reason}
	}
	return claims, nil
}

// signatureFailure says why the library found no signature that is good.
func signatureFailure(err error) error {
	var down *Unavailable
	if errors.As(err, &down) {
		return down
	}
	if strings.Contains(err.Error(), "malformed jwt") || strings.Contains(err.Error(), "unmarshal") {
		return &Failure{Reason: Malformed}
	}
	return &Failure{Reason: BadSignature}
}

// claimsOf returns all claims of a token.
func claimsOf(token *oidc.IDToken) (object, error) {
	var raw json.RawMessage
	if err := token.Claims(&raw); err != nil {
		return nil, &Failure{Reason: Malformed}
	}
	var claims object
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&claims); err != nil {
		return nil, &Failure{Reason: Malformed}
	}
	return claims, nil
}

// check returns what is wrong with a token whose signature is good, or 0.
func (i *issuer) check(token *oidc.IDToken, claims object, want expectation) Reason {
	now := i.now()
	switch party := claims.text("azp"); {
	case !want.issued(claims, token.Issuer):
		return WrongIssuer
	case !slices.ContainsFunc(token.Audience, func(a string) bool { return slices.Contains(want.clients, a) }):
		return WrongAudience
	case len(token.Audience) > 1 && party == "",
		party != "" && !slices.Contains(want.clients, party) && (!want.delegates || len(token.Audience) > 1):
		return WrongAudience
	case !now.Before(token.Expiry):
		return Expired
	case token.IssuedAt.After(now.Add(clockSkew)), notBefore(claims).After(now.Add(clockSkew)):
		return NotYetValid
	case (want.nonce != "" || want.needNonce) && !sameNonce(token.Nonce, want.nonce):
		return WrongNonce
	case want.accessToken != "" && token.AccessTokenHash != "" && token.VerifyAccessToken(want.accessToken) != nil:
		return WrongAccessToken
	case token.Subject == "":
		return NoSubject
	}
	return 0
}

// notBefore is the time of the claim nbf, or the zero time.
func notBefore(claims object) time.Time {
	number, _ := claims["nbf"].(json.Number)
	seconds, err := number.Float64()
	if err != nil {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// sameNonce reports whether an id_token has the nonce that the client says it made. Native apps give Apple and Google the
// SHA-256 of theirs.
func sameNonce(claimed, nonce string) bool {
	if nonce == "" {
		return false
	}
	sum := sha256.Sum256([]byte(nonce))
	forms := []string{nonce, hex.EncodeToString(sum[:]), base64.RawURLEncoding.EncodeToString(sum[:])}
	return slices.ContainsFunc(forms, func(form string) bool {
		return subtle.ConstantTimeCompare([]byte(form), []byte(claimed)) == 1
	})
}
