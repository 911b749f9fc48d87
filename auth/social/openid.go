package social

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// openID is a provider that speaks OpenID Connect. The named ones differ from it in a few functions.
type openID struct {
	*caller
	issuer *issuer
	expect func(want *expectation) // adds what is special about the provider's id_tokens; may be nil
	// identity reads claims, of an id_token or of the userinfo endpoint.
	identity func(claims object) Identity
	// prove says whom an access token was issued to, when there is no id_token with it.
	prove func(ctx context.Context, token string) (object, error)
	// secret makes an app's secret, where it is no text. nil: App.Secret.
	secret func(app App) (string, error)
}

// Identify takes an id_token, which may have come as an access token, before an access token, and that before a code.
func (o *openID) Identify(ctx context.Context, p Proof) (Identity, error) {
	if len(o.apps) == 0 {
		return Identity{}, &Failure{Reason: NotConfigured}
	}
	if p.IDToken == "" && isJWT(p.AccessToken) {
		p.IDToken, p.AccessToken = p.AccessToken, ""
	}
	switch {
	case p.IDToken != "":
		return o.byIDToken(ctx, p, Token{Access: p.AccessToken})
	case p.AccessToken != "":
		return o.byAccessToken(ctx, p.AccessToken)
	case p.Code != "":
		return o.byCode(ctx, p)
	}
	return Identity{}, &Failure{Reason: Missing}
}

func (o *openID) byIDToken(ctx context.Context, p Proof, token Token) (Identity, error) {
	want := expectation{clients: o.clients(), nonce: p.Nonce, needNonce: o.nonce, accessToken: token.Access}
	if o.expect != nil {
		o.expect(&want)
	}
	claims, err := o.issuer.verify(ctx, p.IDToken, want)
	if err != nil {
		return Identity{}, err
	}
	id := o.identity(claims)
	id.Profile, id.Token = claims, token
	return id, nil
}

func (o *openID) byAccessToken(ctx context.Context, token string) (Identity, error) {
	if o.prove == nil {
		return Identity{}, &Failure{Reason: Unprovable}
	}
	claims, err := o.prove(ctx, token)
	if err != nil {
		return Identity{}, err
	}
	id := o.identity(claims)
	id.Profile, id.Token = claims, Token{Access: token}
	return id, nil
}

func (o *openID) byCode(ctx context.Context, p Proof) (Identity, error) {
	app, err := o.app(p)
	if err != nil {
		return Identity{}, err
	}
	if o.secret != nil {
		if app.Secret, err = o.secret(app); err != nil {
			return Identity{}, &Failure{Reason: NotConfigured, Err: err}
		}
	}
	token, err := o.exchange(ctx, p, app, func(ctx context.Context) (oauth2.Endpoint, error) {
		d, err := o.issuer.discover(ctx)
		if err != nil {
			return oauth2.Endpoint{}, err
		}
		return d.endpoint(app.Settings.TokenAuthMethod), nil
	})
	if err != nil {
		return Identity{}, err
	}
	p.IDToken = idTokenOf(token)
	if p.IDToken == "" {
		return Identity{}, &Failure{Reason: ExchangeFailed}
	}
	return o.byIDToken(ctx, p, tokenOf(token))
}

// introspect asks the provider itself whom an access token was issued to, and then who it is about.
//
// Source: RFC 7662 section 2; OpenID Connect Core 1.0 section 5.3.
func (o *openID) introspect(ctx context.Context, token string) (object, error) {
	d, err := o.issuer.discover(ctx)
	if err != nil {
		return nil, err
	}
	if d.Introspection == "" || d.UserInfo == "" {
		return nil, &Failure{Reason: Unprovable}
	}
	for _, app := range o.apps {
		said, err := o.introspectAs(ctx, d.Introspection, app, token)
		if err != nil {
			return nil, rejected(err)
		}
		if said.yes("active") && said.text("client_id") == app.ClientID {
			return o.userInfo(ctx, d.UserInfo, token, said.text("sub"))
		}
	}
	return nil, &Failure{Reason: ForeignToken}
}

func (o *openID) introspectAs(ctx context.Context, address string, app App, token string) (object, error) {
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, unavailable(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(app.ClientID), url.QueryEscape(app.Secret))
	return send(o.client, r)
}

// userInfo asks who an access token is about, which must be subject, unless that is "".
func (o *openID) userInfo(ctx context.Context, address, token, subject string) (object, error) {
	claims, err := get(ctx, o.client, address, nil, token)
	if err != nil {
		return nil, rejected(err)
	}
	if subject != "" && claims.text("sub") != subject {
		return nil, &Failure{Reason: ForeignToken}
	}
	return claims, nil
}

// standard reads the claims that OpenID Connect has for everybody.
//
// Source: OpenID Connect Core 1.0 section 5.1.
func standard(claims object) Identity {
	return Identity{
		UID: claims.text("sub"), Email: claims.text("email"), EmailVerified: claims.yes("email_verified"),
		Username: claims.text("preferred_username"), FirstName: claims.text("given_name"), LastName: claims.text("family_name"),
	}
}
