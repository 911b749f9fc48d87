package csrf

import (
	"context"
	"errors"
	"net/http"

	"watchword/auth/cookie"
)

// stateKey is the context key under which the state of a request travels.
type stateKey struct{}

// state is what a request has done to its secret.
type state struct{ secret string } // "": nothing

// Track returns a context for a request that remembers the secret it was given: a token that is made after a login then
// goes with the secret of that login.
func Track(ctx context.Context) context.Context {
	return context.WithValue(ctx, stateKey{}, new(state))
}

// stateOf returns what is remembered of the request. What an untracked one is told is forgotten.
func stateOf(r *http.Request) *state {
	if s, ok := r.Context().Value(stateKey{}).(*state); ok {
		return s
	}
	return new(state)
}

// Token returns a token for the browser that sent r: a new mask for the secret that it has, or for a new one. The cookies
// are to be sent with it; a cookie that the browser has is sent again, to last longer.
//
// Source: Django, django.middleware.csrf.get_token.
func (p *Protection) Token(r *http.Request) (token string, cookies []*http.Cookie, err error) {
	known := stateOf(r)
	if known.secret == "" {
		secret, err := p.stored(r)
		if refused := Refusal(""); err != nil && !errors.As(err, &refused) {
			return "", nil, err
		}
		if known.secret = secret; err != nil || secret == "" {
			known.secret = NewSecret()
		}
	}
	if p.sessions != nil {
		cookies, err = p.sessions.KeepCSRFSecret(r, known.secret)
	} else {
		cookies = []*http.Cookie{p.cookieOf(known.secret)}
	}
	return Mask(known.secret), cookies, err
}

// Rotate gives the browser that sent r a new secret: whoever knew the one from before a login knows nothing after it.
// Where secrets are in sessions, the caller puts it there; otherwise the cookies hold it.
//
// Source: Django, django.middleware.csrf.rotate_token.
func (p *Protection) Rotate(r *http.Request) (secret string, cookies []*http.Cookie) {
	secret = NewSecret()
	stateOf(r).secret = secret
	if p.sessions != nil {
		return secret, nil
	}
	return secret, []*http.Cookie{p.cookieOf(secret)}
}

// UsesSessions reports whether secrets are in sessions.
func (p *Protection) UsesSessions() bool { return p.sessions != nil }

// Repair returns a cookie with a new secret for a request whose own is malformed and was not replaced meanwhile, and nil
// for all others.
//
// Source: Django, CsrfViewMiddleware.process_request.
func (p *Protection) Repair(r *http.Request) *http.Cookie {
	if p.sessions != nil || stateOf(r).secret != "" {
		return nil
	}
	if _, err := p.stored(r); err == nil {
		return nil
	}
	return p.cookieOf(NewSecret())
}

// stored returns the secret that the browser that sent r has, "" for none. A malformed cookie is a Refusal.
//
// Source: Django, CsrfViewMiddleware._get_secret.
func (p *Protection) stored(r *http.Request) (string, error) {
	if p.sessions != nil {
		text, err := p.sessions.CSRFSecret(r)
		if err != nil {
			return "", err
		}
		secret, _ := readToken(text) // a malformed one is none
		return secret, nil
	}
	text, ok := cookie.Value(r, p.cookie.Name)
	if !ok {
		return "", nil
	}
	secret, fault := readToken(text)
	if fault != "" {
		return "", Refusal("CSRF cookie " + fault + ".")
	}
	return secret, nil
}

// cookieOf is the cookie with the secret.
func (p *Protection) cookieOf(secret string) *http.Cookie {
	if p.cfg.CookieMasked {
		secret = Mask(secret)
	}
	return p.cookie.Set(secret, p.cfg.CookieAge, p.cfg.Now())
}
