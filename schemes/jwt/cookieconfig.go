package jwt

import (
	"errors"

	"watchword/auth/cookie"
)

// CookieConfig says which cookies carry tokens. Without a name a token is in no cookie.
type CookieConfig struct {
	Name        string          `setting:"JWT_AUTH_COOKIE" help:"The cookie with the access token, which is then recognised by the class jwt-cookie. Empty: none."`
	RefreshName string          `setting:"JWT_AUTH_REFRESH_COOKIE" help:"The cookie with the refresh token. Empty: none."`
	RefreshPath string          `setting:"JWT_AUTH_REFRESH_COOKIE_PATH" help:"The path of that cookie, such as that of dj-rest-auth's endpoints, to which alone it is then sent."`
	Domain      string          `setting:"JWT_AUTH_COOKIE_DOMAIN" help:"The domain of both. Empty: the host that set them, and no other."`
	SameSite    cookie.SameSite `setting:"JWT_AUTH_SAMESITE" help:"SameSite of both: Lax, Strict, None or null for no such attribute."`
	Secure      bool            `setting:"JWT_AUTH_SECURE" help:"Have both sent over https only."`
	UseCSRF     bool            `setting:"JWT_AUTH_COOKIE_USE_CSRF" help:"Ask requests that would change something for a CSRF token when they come with the cookie."`
	EnforceCSRF bool            `setting:"JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED" help:"Ask for it without the cookie too, such as at login, unless there is an Authorization header."`

	// HTTPOnly hides both from scripts.
	HTTPOnly bool
	// SweepTwins deletes at logout also what bears the names with another path or domain.
	SweepTwins bool
	// HandOutCSRF sets a new CSRF cookie at every login where UseCSRF asks for it.
	HandOutCSRF bool
	// TokenFirst looks at the token before it asks for a CSRF token, so that a stale cookie is nothing but stale.
	TokenFirst bool
	// TellCaches says of answers that they depend on cookies.
	TellCaches bool
}

// DefaultCookieConfig names no cookies. Where they are named they go over https alone and need CSRF tokens.
func DefaultCookieConfig() CookieConfig {
	c := ExactCookieConfig()
	c.Secure, c.UseCSRF = true, true
	c.SweepTwins, c.HandOutCSRF, c.TokenFirst, c.TellCaches = true, true, true, true
	return c
}

// ExactCookieConfig returns dj-rest-auth's own defaults.
//
// Source: dj_rest_auth.app_settings, 7.1.
func ExactCookieConfig() CookieConfig {
	return CookieConfig{RefreshPath: "/", SameSite: cookie.Lax}
}

// Validate reports what would make browsers refuse the cookies, each fault beginning with a setting's name.
func (c CookieConfig) Validate() error {
	var faults []error
	if c.Name != "" && c.Name == c.RefreshName {
		faults = append(faults, errors.New("JWT_AUTH_REFRESH_COOKIE: must not be that of JWT_AUTH_COOKIE"))
	}
	if c.Name != "" {
		faults = append(faults, c.access().Validate("JWT_AUTH_COOKIE_"))
	}
	if c.RefreshName != "" {
		faults = append(faults, c.refresh().Validate("JWT_AUTH_REFRESH_COOKIE_"))
	}
	return errors.Join(faults...)
}

// access is the cookie of access tokens.
func (c CookieConfig) access() cookie.Attributes {
	return cookie.Attributes{Name: c.Name, Domain: c.Domain, Path: "/", SameSite: c.SameSite, Secure: c.Secure,
		HTTPOnly: c.HTTPOnly}
}

// refresh is the cookie of refresh tokens.
func (c CookieConfig) refresh() cookie.Attributes {
	a := c.access()
	a.Name, a.Path = c.RefreshName, c.RefreshPath
	return a
}
