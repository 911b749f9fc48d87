package social

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// GitHub's addresses.
const (
	githubWeb = "https://github.com"
	githubAPI = "https://api.github.com"
)

// github speaks GitHub's REST API. Its access tokens are proved by asking it, as each of our apps, about them.
//
// Source: https://docs.github.com/rest/apps/oauth-applications
type github struct {
	*caller
	web, api string
	query    bool // for addresses
}

func newGitHub(b builder) Provider {
	g := &github{caller: b.caller(), web: githubWeb, api: githubAPI, query: b.query}
	if b.cfg.GitHubURL != "" {
		g.web = strings.TrimSuffix(b.cfg.GitHubURL, "/")
		g.api = g.web + "/api/v3"
	}
	return g
}

// Identify takes an access token or a code.
func (g *github) Identify(ctx context.Context, p Proof) (Identity, error) {
	if len(g.apps) == 0 {
		return Identity{}, &Failure{Reason: NotConfigured}
	}
	switch {
	case p.AccessToken != "":
		owner, err := g.owner(ctx, p.AccessToken)
		if err != nil {
			return Identity{}, err
		}
		return g.identity(ctx, Token{Access: p.AccessToken}, owner)
	case p.Code != "":
		app, err := g.app(p)
		if err != nil {
			return Identity{}, err
		}
		token, err := g.exchange(ctx, p, app, fixed(g.web+"/login/oauth/access_token"))
		if err != nil {
			return Identity{}, err
		}
		return g.identity(ctx, tokenOf(token), "")
	}
	return Identity{}, &Failure{Reason: Missing}
}

// owner returns the id of the user who gave token to one of our apps.
func (g *github) owner(ctx context.Context, token string) (string, error) {
	body, err := json.Marshal(map[string]string{"access_token": token})
	if err != nil {
		return "", err
	}
	for _, app := range g.apps {
		address := g.api + "/applications/" + url.PathEscape(app.ClientID) + "/token"
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return "", unavailable(err)
		}
		r.SetBasicAuth(app.ClientID, app.Secret)
		said, err := send(g.client, r)
		var status statusError
		if errors.As(err, &status) && (status == http.StatusNotFound || status == http.StatusUnprocessableEntity) {
			continue // not a token of this app
		}
		if err != nil {
			return "", rejected(err)
		}
		if said.object("app").text("client_id") == app.ClientID {
			return said.object("user").text("id"), nil
		}
	}
	return "", &Failure{Reason: ForeignToken}
}

// identity asks who token is about: owner, unless that is "".
func (g *github) identity(ctx context.Context, token Token, owner string) (Identity, error) {
	profile, err := get(ctx, g.client, g.api+"/user", nil, token.Access)
	if err != nil {
		return Identity{}, rejected(err)
	}
	if owner != "" && profile.text("id") != owner {
		return Identity{}, &Failure{Reason: ForeignToken}
	}
	id := Identity{UID: profile.text("id"), Username: profile.text("login"), Profile: profile, Token: token}
	id.FirstName, id.LastName, _ = strings.Cut(profile.text("name"), " ")
	id.Email, id.EmailVerified, err = g.email(ctx, token.Access, profile.text("email"))
	return id, err
}

// email returns the primary address and whether it is proved. A token that may not see the addresses leaves the public
// one, of which that is not known.
func (g *github) email(ctx context.Context, token, public string) (email string, verified bool, err error) {
	if !g.query {
		return public, false, nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, g.api+"/user/emails", nil)
	if err != nil {
		return "", false, unavailable(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	var addresses []object
	err = sendFor(g.client, r, &addresses)
	var status statusError
	if errors.As(err, &status) {
		return public, false, nil
	}
	if err != nil {
		return "", false, err
	}
	for _, a := range addresses {
		if a.yes("primary") {
			return a.text("email"), a.yes("verified"), nil
		}
	}
	return public, false, nil
}
