package social

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/dghubble/oauth1"
)

// twitterAPI is where Twitter's API is.
const twitterAPI = "https://api.twitter.com"

// twitter speaks Twitter's API of OAuth 1.0a. A token is issued to one app, and a request with it is signed with the
// secrets of both: that the provider answers proves that the token is ours.
//
// Source: RFC 5849 section 3.4; Twitter's GET account/verify_credentials.
type twitter struct {
	*caller
	api string
}

func newTwitter(b builder) Provider {
	return &twitter{caller: b.caller(), api: strings.TrimSuffix(cmp.Or(b.cfg.TwitterURL, twitterAPI), "/")}
}

// Identify takes an access token and its secret.
func (t *twitter) Identify(ctx context.Context, p Proof) (id Identity, err error) {
	if len(t.apps) == 0 {
		return Identity{}, &Failure{Reason: NotConfigured}
	}
	if p.AccessToken == "" || p.TokenSecret == "" {
		return Identity{}, &Failure{Reason: Missing}
	}
	for _, app := range t.apps {
		var refused *Failure
		if id, err = t.identity(ctx, app, p); !errors.As(err, &refused) {
			return id, err
		}
	}
	return Identity{}, err
}

// identity asks who the token of p, which was issued to app, is about.
func (t *twitter) identity(ctx context.Context, app App, p Proof) (Identity, error) {
	query := url.Values{"include_email": {"true"}, "skip_status": {"true"}}
	profile, err := get(ctx, t.signing(ctx, app, p), t.api+"/1.1/account/verify_credentials.json", query, "")
	if err != nil {
		return Identity{}, rejected(err)
	}
	id := Identity{UID: cmp.Or(profile.text("id_str"), profile.text("id")), Email: profile.text("email"),
		Username: profile.text("screen_name"), Profile: profile,
		Token: Token{Access: p.AccessToken, Secret: p.TokenSecret}}
	id.FirstName, id.LastName, _ = strings.Cut(profile.text("name"), " ")
	return id, nil
}

// signing returns a client with all the bounds of ours that signs its requests.
func (t *twitter) signing(ctx context.Context, app App, p Proof) *http.Client {
	ctx = context.WithValue(ctx, oauth1.HTTPClient, t.client)
	cfg := oauth1.NewConfig(app.ClientID, app.Secret)
	signing := *t.client
	signing.Transport = cfg.Client(ctx, oauth1.NewToken(p.AccessToken, p.TokenSecret)).Transport
	return &signing
}
