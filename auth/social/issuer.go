package social

import (
	"context"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// How long a discovery document is good for, and how long nobody asks again for one that could not be had.
const (
	discoveryLife  = time.Hour
	discoveryPause = 2 * time.Second
)

// issuer is an OpenID provider, known by its discovery document. The document is read when it is needed first, and again
// from time to time; while it cannot be read again, the old one is used.
//
// Source: OpenID Connect Discovery 1.0 section 4.
type issuer struct {
	url     string // the discovery document is below it
	foreign bool   // the document may name another issuer than url: Microsoft's for all tenants does
	client  *http.Client
	now     func() time.Time

	turn     chan struct{} // held by who reads or replaces what follows
	document *document
	failed   error
	until    time.Time // when to ask again
}

// document is what discovery says.
type document struct {
	provider *oidc.Provider
	keys     *oidc.IDTokenVerifier // proves the signature, and nothing else

	Issuer        string   `json:"issuer"`
	UserInfo      string   `json:"userinfo_endpoint"`
	Introspection string   `json:"introspection_endpoint"`
	TokenAuth     []string `json:"token_endpoint_auth_methods_supported"`
}

func newIssuer(url string, foreign bool, client *http.Client, now func() time.Time) *issuer {
	strict := *client
	strict.Transport = refusing{client.Transport}
	return &issuer{url: url, foreign: foreign, client: &strict, now: now, turn: make(chan struct{}, 1)}
}

// discover returns the document. The error is an *Unavailable.
func (i *issuer) discover(ctx context.Context) (*document, error) {
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	now := i.now()
	if now.Before(i.until) {
		return i.document, i.failed
	}
	found, err := i.read(ctx)
	switch {
	case err == nil:
		i.document, i.failed, i.until = found, nil, now.Add(discoveryLife)
	case i.document != nil:
		i.until = now.Add(discoveryPause)
	default:
		i.failed, i.until = unavailable(err), now.Add(discoveryPause)
	}
	return i.document, i.failed
}

func (i *issuer) read(ctx context.Context) (*document, error) {
	ctx = oidc.ClientContext(ctx, i.client)
	if i.foreign {
		ctx = oidc.InsecureIssuerURLContext(ctx, i.url)
	}
	provider, err := oidc.NewProvider(ctx, i.url)
	if err != nil {
		return nil, err
	}
	d := &document{provider: provider}
	d.keys = provider.Verifier(&oidc.Config{SkipClientIDCheck: true, SkipIssuerCheck: true, SkipExpiryCheck: true})
	return d, provider.Claims(d)
}

// endpoint is where codes are exchanged, and how we say who we are there.
func (d *document) endpoint(method string) oauth2.Endpoint {
	e := d.provider.Endpoint()
	e.AuthStyle = oauth2.AuthStyleInHeader
	if method == "" && len(d.TokenAuth) > 0 {
		method = d.TokenAuth[0]
	}
	if method == "client_secret_post" {
		e.AuthStyle = oauth2.AuthStyleInParams
	}
	return e
}
