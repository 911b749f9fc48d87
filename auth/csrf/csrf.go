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

// Sessions keep secrets, instead of cookies.
type Sessions interface {
	// CSRFSecret returns the secret in r's session; "" where there is none.
	CSRFSecret(r *http.Request) (string, error)
	// KeepCSRFSecret puts secret into r's session, and opens one if there is none. It returns the cookies to send.
	KeepCSRFSecret(r *http.Request, secret string) ([]*http.Cookie, error)
}

// Protection checks requests, and makes the cookies that they need. It is safe for concurrent use.
//
// Source: Django, django.middleware.csrf.CsrfViewMiddleware.
type Protection struct {
	cfg      Config
	cookie   cookie.Attributes
	header   string   // the name of the header, as Django spells it in answers
	trusted  []origin // of other sites
	sessions Sessions // nil: secrets are in cookies
	browsers *http.CrossOriginProtection
}

// New returns a Protection whose secrets are in cookies. cfg must be valid.
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
		header:   textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(name, "_", "-")),
		browsers: http.NewCrossOriginProtection(),
	}
}

// NewInSessions returns a Protection whose secrets are in sessions. cfg must be valid.
func NewInSessions(cfg Config, sessions Sessions) *Protection {
	p := New(cfg)
	p.sessions = sessions
	return p
}

// Check returns nil for a request that its user meant to send, and a Refusal for any other. Another error is one of the
// sessions' storage. Requests by safe methods are not told apart: do not ask, or let them change something.
//
// A form is read up to its 1 MiB, and put back into r.Body.
func (p *Protection) Check(r *http.Request) error {
	if err := p.checkSource(r); err != nil {
		return err
	}
	secret, err := p.stored(r)
	switch {
	case err != nil:
		return err
	case secret == "":
		return NoCookie
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
