// Package csrf protects requests that carry their credential by themselves, as cookies do, from being sent by other
// sites: it is Django's masked double submit. A browser holds a secret in a cookie; a request that changes something
// must repeat it in a header or form field, which other sites cannot, and must come from a trusted origin.
package csrf

import (
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"watchword/auth/cookie"
)

// Refusal says why a request was refused, in Django's words: clients show them, and some tell them apart.
type Refusal string

// Error is the sentence.
func (r Refusal) Error() string { return string(r) }

// The refusals that are the same for all requests.
const (
	NoCookie         Refusal = "CSRF cookie not set."
	NoToken          Refusal = "CSRF token missing."
	NoReferer        Refusal = "Referer checking failed - no Referer."
	MalformedReferer Refusal = "Referer checking failed - Referer is malformed."
	InsecureReferer  Refusal = "Referer checking failed - Referer is insecure while host is secure."
	CrossSite        Refusal = "Origin checking failed - the browser says that another site sent the request."
)

// Protection checks requests, and makes the cookies that they need. It is safe for concurrent use.
//
// Source: Django, django.middleware.csrf.CsrfViewMiddleware.
type Protection struct {
	cfg     Config
	cookie  cookie.Attributes
	header  string   // the name of the header, as Django spells it in answers
	trusted []origin // of other sites
}

// New returns a Protection. cfg must be valid.
func New(cfg Config) *Protection {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.IsSecure == nil {
		cfg.IsSecure = func(r *http.Request) bool { return r.TLS != nil }
	}
	name := strings.ToLower(strings.TrimPrefix(cfg.HeaderName, headerPrefix))
	return &Protection{
		cfg: cfg, cookie: cfg.attributes(), trusted: readOrigins(cfg.TrustedOrigins),
		header: textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(name, "_", "-")),
	}
}

// Check returns nil for a request that its user meant to send, and a Refusal for any other. Requests by safe methods
// are not told apart: do not ask, or let them change something.
//
// A form is read up to its 1 MiB, and put back into r.Body.
func (p *Protection) Check(r *http.Request) error {
	if err := p.checkSource(r); err != nil {
		return err
	}
	text, ok := cookie.Value(r, p.cookie.Name)
	if !ok {
		return NoCookie
	}
	secret, fault := readToken(text)
	if fault != "" {
		return Refusal("CSRF cookie " + fault + ".")
	}
	return p.checkToken(r, secret)
}

// checkToken checks that r repeats the secret: in a form, or else in the header.
func (p *Protection) checkToken(r *http.Request, secret string) error {
	token, source := formToken(r), "POST"
	if token == "" {
		sent, ok := r.Header[p.header]
		if !ok {
			return NoToken
		}
		token, source = strings.Join(sent, ","), "the '"+p.header+"' HTTP header"
	}
	given, fault := readToken(token)
	if fault == "" && !equal(given, secret) {
		fault = "incorrect"
	}
	if fault != "" {
		return Refusal("CSRF token from " + source + " " + fault + ".")
	}
	return nil
}

// Rotate returns a cookie with a new secret: whoever knew the one from before a login knows nothing after it.
//
// Source: Django, django.middleware.csrf.rotate_token.
func (p *Protection) Rotate() *http.Cookie {
	return p.cookie.Set(NewSecret(), p.cfg.CookieAge, p.cfg.Now())
}

// Repair returns a cookie with a new secret for a request whose own is malformed, and nil for all others.
//
// Source: Django, CsrfViewMiddleware.process_request.
func (p *Protection) Repair(r *http.Request) *http.Cookie {
	if text, ok := cookie.Value(r, p.cookie.Name); ok {
		if _, fault := readToken(text); fault != "" {
			return p.Rotate()
		}
	}
	return nil
}

// IsSafe reports whether requests by method promise to change nothing, and so need no check.
//
// Source: RFC 9110 section 9.2.1; Django, CsrfViewMiddleware.process_view.
func IsSafe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	default:
		return false
	}
}
