package social

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/oauth2"
)

// caller is what all providers have: our apps, and a client to ask with.
type caller struct {
	apps      []App
	callbacks []string
	pkce      bool
	nonce     bool // is needed
	codes     codes
	client    *http.Client
}

// clients are the ids of our apps.
func (c *caller) clients() []string {
	ids := make([]string, len(c.apps))
	for i, app := range c.apps {
		ids[i] = app.ClientID
	}
	return ids
}

// app returns the one that p names, or the first.
func (c *caller) app(p Proof) (App, error) {
	if len(c.apps) == 0 {
		return App{}, &Failure{Reason: NotConfigured}
	}
	if p.ClientID == "" {
		return c.apps[0], nil
	}
	i := slices.IndexFunc(c.apps, func(app App) bool { return app.ClientID == p.ClientID })
	if i < 0 {
		return App{}, &Failure{Reason: UnknownClient}
	}
	return c.apps[i], nil
}

// callback returns where the provider sent the code of p: to an address that we know, to the letter.
//
// Source: RFC 9700 section 2.1.
func (c *caller) callback(p Proof) (string, error) {
	switch {
	case len(c.callbacks) == 0:
		return "", &Failure{Reason: NoCallback}
	case p.CallbackURL == "":
		return c.callbacks[0], nil
	case !slices.Contains(c.callbacks, p.CallbackURL):
		return "", &Failure{Reason: WrongCallback}
	}
	return p.CallbackURL, nil
}

// exchange trades the code of p for tokens, at where endpoint says; it is asked for only when all else is well.
func (c *caller) exchange(ctx context.Context, p Proof, app App,
	endpoint func(context.Context) (oauth2.Endpoint, error)) (*oauth2.Token, error) {
	callback, err := c.callback(p)
	if err != nil {
		return nil, err
	}
	var options []oauth2.AuthCodeOption
	if p.CodeVerifier != "" {
		options = append(options, oauth2.VerifierOption(p.CodeVerifier))
	} else if c.pkce || app.Settings.PKCE {
		return nil, &Failure{Reason: NoVerifier}
	}
	at, err := endpoint(ctx)
	if err != nil {
		return nil, err
	}
	cfg := oauth2.Config{ClientID: app.ClientID, ClientSecret: app.Secret, Endpoint: at, RedirectURL: callback}
	release, err := c.codes.claim(ctx, app.ClientID, p.Code)
	if err != nil {
		return nil, err
	}
	token, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, c.client), p.Code, options...)
	var network *url.Error
	if errors.As(err, &network) {
		release()
		return nil, unavailable(err)
	}
	if err != nil {
		return nil, &Failure{Reason: ExchangeFailed} // its text may have the answer in it, and that our secrets
	}
	return token, nil
}

// fixed is an endpoint that needs no discovery.
func fixed(tokenURL string) func(context.Context) (oauth2.Endpoint, error) {
	return func(context.Context) (oauth2.Endpoint, error) {
		return oauth2.Endpoint{TokenURL: tokenURL, AuthStyle: oauth2.AuthStyleInParams}, nil
	}
}

// tokenOf returns what may be kept of what a provider gave for a code.
func tokenOf(t *oauth2.Token) Token {
	return Token{Access: t.AccessToken, Secret: t.RefreshToken, Expires: t.Expiry}
}

// idTokenOf returns the id_token among what a provider gave for a code, or "".
func idTokenOf(t *oauth2.Token) string {
	text, _ := t.Extra("id_token").(string)
	return text
}
