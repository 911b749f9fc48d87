package social

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
)

// Facebook's addresses, and what is asked for of a profile.
const (
	facebookGraph   = "https://graph.facebook.com/"
	facebookVersion = "v19.0"
	facebookIssuer  = "https://www.facebook.com"
	facebookFields  = "id,email,name,first_name,last_name"
)

// facebook speaks Facebook's Graph API, and OpenID Connect for the limited login of apps on Apple's devices. With every
// request goes the proof that we have the secret of the app that the access token was issued to: Facebook refuses it
// where the token is another app's.
//
// Source: https://developers.facebook.com/docs/graph-api/guides/secure-requests
type facebook struct {
	*caller
	graph   string
	fields  string
	inspect bool
	limited *openID
}

func newFacebook(b builder) Provider {
	f := &facebook{caller: b.caller(), inspect: b.inspect, fields: facebookFields}
	f.graph = strings.TrimSuffix(cmp.Or(b.cfg.GraphURL, facebookGraph+cmp.Or(b.cfg.Version, facebookVersion)), "/")
	if len(b.cfg.Fields) > 0 {
		f.fields = strings.Join(b.cfg.Fields, ",")
	}
	f.limited = &openID{caller: f.caller, issuer: b.issuer(cmp.Or(b.cfg.Issuer, facebookIssuer)), identity: facebookLimited}
	return f
}

// Identify takes an id_token, an access token or a code.
func (f *facebook) Identify(ctx context.Context, p Proof) (Identity, error) {
	if len(f.apps) == 0 {
		return Identity{}, &Failure{Reason: NotConfigured}
	}
	switch {
	case p.IDToken != "", isJWT(p.AccessToken):
		return f.limited.Identify(ctx, p)
	case p.AccessToken != "":
		return f.byAccessToken(ctx, p.AccessToken)
	case p.Code != "":
		app, err := f.app(p)
		if err != nil {
			return Identity{}, err
		}
		token, err := f.exchange(ctx, p, app, fixed(f.graph+"/oauth/access_token"))
		if err != nil {
			return Identity{}, err
		}
		return f.identity(ctx, app, tokenOf(token))
	}
	return Identity{}, &Failure{Reason: Missing}
}

// byAccessToken tries each of our apps: the token is one's, or none's.
func (f *facebook) byAccessToken(ctx context.Context, token string) (id Identity, err error) {
	for _, app := range f.apps {
		var refused *Failure
		if id, err = f.identity(ctx, app, Token{Access: token}); !errors.As(err, &refused) {
			return id, err
		}
	}
	return Identity{}, err
}

// identity asks who token, which was issued to app, is about.
func (f *facebook) identity(ctx context.Context, app App, token Token) (Identity, error) {
	profile, err := get(ctx, f.client, f.graph+"/me", url.Values{
		"fields": {f.fields}, "access_token": {token.Access}, "appsecret_proof": {facebookProof(app.Secret, token.Access)},
	}, "")
	if err != nil {
		return Identity{}, rejected(err)
	}
	id := Identity{UID: profile.text("id"), Email: profile.text("email"), Username: profile.text("username"),
		FirstName: profile.text("first_name"), LastName: profile.text("last_name"), Profile: profile, Token: token}
	if !f.inspect {
		return id, nil
	}
	return id, f.debug(ctx, app, token.Access, id.UID)
}

// debug asks Facebook whom token was issued to, and who it is about.
//
// Source: https://developers.facebook.com/docs/graph-api/reference/debug_token
func (f *facebook) debug(ctx context.Context, app App, token, uid string) error {
	said, err := get(ctx, f.client, f.graph+"/debug_token",
		url.Values{"input_token": {token}, "access_token": {app.ClientID + "|" + app.Secret}}, "")
	if err != nil {
		return rejected(err)
	}
	data := said.object("data")
	switch {
	case data.text("app_id") != app.ClientID, data.text("user_id") != uid:
		return &Failure{Reason: ForeignToken}
	case !data.yes("is_valid"):
		return &Failure{Reason: Rejected}
	}
	return nil
}

// facebookProof is the proof that we have secret.
func facebookProof(secret, token string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// facebookLimited reads the claims of a limited login, which do not say whether the address was proved.
func facebookLimited(claims object) Identity {
	id := standard(claims)
	id.EmailVerified = false
	return id
}
