package social

import (
	"cmp"
	"context"
	"net/url"
	"slices"
)

// Google's addresses.
const (
	googleIssuer    = "https://accounts.google.com"
	googleNoScheme  = "accounts.google.com" // what old tokens call it
	googleTokenInfo = "https://oauth2.googleapis.com/tokeninfo"
)

// newGoogle returns Google. Its access tokens are proved by asking it whom they were issued to.
//
// Source: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
func newGoogle(b builder) Provider {
	base := b.issuer(cmp.Or(b.cfg.Issuer, googleIssuer))
	g := &openID{caller: b.caller(), issuer: base, identity: googleIdentity}
	g.expect = func(want *expectation) {
		want.delegates = true
		want.issued = func(_ object, named string) bool {
			return named == base.url || base.url == googleIssuer && named == googleNoScheme
		}
	}
	g.prove = func(ctx context.Context, token string) (object, error) {
		return g.googleToken(ctx, cmp.Or(b.cfg.TokenInfo, googleTokenInfo), token)
	}
	return g
}

// googleToken asks whom token was issued to, and who it is about.
func (o *openID) googleToken(ctx context.Context, tokenInfo, token string) (object, error) {
	info, err := get(ctx, o.client, tokenInfo, url.Values{"access_token": {token}}, "")
	if err != nil {
		return nil, rejected(err)
	}
	if !slices.Contains(o.clients(), info.text("aud")) {
		return nil, &Failure{Reason: ForeignToken}
	}
	d, err := o.issuer.discover(ctx)
	if err != nil {
		return nil, err
	}
	return o.userInfo(ctx, d.UserInfo, token, info.text("sub"))
}

// googleIdentity takes no user name: the claim is not Google's.
func googleIdentity(claims object) Identity {
	id := standard(claims)
	id.Username = ""
	return id
}
