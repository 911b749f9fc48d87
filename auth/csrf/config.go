package csrf

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"watchword/auth/cookie"
)

// failureView is the only value of CSRF_FAILURE_VIEW.
const failureView = "django.views.csrf.csrf_failure"

// headerPrefix begins the names that WSGI, and so Django, gives to headers.
const headerPrefix = "HTTP_"

// Config holds Django's settings of the same names.
type Config struct {
	UseSessions    bool            `setting:"CSRF_USE_SESSIONS" help:"Keep the secret that requests which change something must repeat in the session, and not in a cookie of its own."`
	CookieName     string          `setting:"CSRF_COOKIE_NAME" help:"The cookie with the secret that requests which change something must repeat."`
	CookieAge      time.Duration   `setting:"CSRF_COOKIE_AGE" help:"How long browsers keep that cookie. null or 0: until they are closed."`
	CookieDomain   string          `setting:"CSRF_COOKIE_DOMAIN" help:"The domain of that cookie. Empty: the host that set it only."`
	CookiePath     string          `setting:"CSRF_COOKIE_PATH" help:"The path of that cookie."`
	CookieSameSite cookie.SameSite `setting:"CSRF_COOKIE_SAMESITE" help:"SameSite of that cookie: Lax, Strict, None or false."`
	CookieSecure   bool            `setting:"CSRF_COOKIE_SECURE" help:"Have that cookie sent over https only."`
	CookieHTTPOnly bool            `setting:"CSRF_COOKIE_HTTPONLY" help:"Hide that cookie from scripts, which then cannot repeat it."`
	HeaderName     string          `setting:"CSRF_HEADER_NAME" help:"The header that repeats the secret, written as WSGI does: HTTP_X_CSRFTOKEN is X-CSRFToken."`
	TrustedOrigins []string        `setting:"CSRF_TRUSTED_ORIGINS" help:"Other origins whose pages may send requests that change something: https://app.example.com, or https://*.example.com with all its subdomains."`
	CookieMasked   bool            `setting:"CSRF_COOKIE_MASKED" help:"Write that cookie as Django did before 4.1, for programs that expect 64 characters in it."`
	FailureView    string          `setting:"CSRF_FAILURE_VIEW" help:"Only django.views.csrf.csrf_failure, the page that Django shows for what is refused: there is no Python here."`
	FetchMetadata  bool            `setting:"CSRF_FETCH_METADATA" help:"Also refuse what the browser itself says that another origin sent (Sec-Fetch-Site), logins included, unless that origin is trusted."`

	// IsSecure says whether a request came over https. nil: the connection is TLS.
	IsSecure func(r *http.Request) bool
	// Now is the clock. nil: time.Now.
	Now func() time.Time
}

// DefaultConfig has Django's defaults, but for a cookie that travels over https only, and the second wall.
func DefaultConfig() Config {
	return Config{
		CookieName: "csrftoken", CookieAge: 52 * 7 * 24 * time.Hour, CookiePath: "/", CookieSameSite: cookie.Lax,
		CookieSecure: true, HeaderName: "HTTP_X_CSRFTOKEN", FailureView: failureView, FetchMetadata: true,
	}
}

// ExactConfig has Django's own defaults.
func ExactConfig() Config {
	c := DefaultConfig()
	c.CookieSecure, c.FetchMetadata = false, false
	return c
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	faults := []error{c.attributes().Validate("CSRF_COOKIE_")}
	if c.CookieAge < 0 {
		faults = append(faults, errors.New("CSRF_COOKIE_AGE: must not be negative"))
	}
	if name, ok := strings.CutPrefix(c.HeaderName, headerPrefix); !ok || name == "" || strings.Trim(name, headerLetters) != "" {
		faults = append(faults, fmt.Errorf("CSRF_HEADER_NAME: must be HTTP_ and capital letters, as in HTTP_X_CSRFTOKEN, not %q",
			c.HeaderName))
	}
	if c.FailureView != "" && c.FailureView != failureView {
		faults = append(faults, fmt.Errorf("CSRF_FAILURE_VIEW: must be %s, as no Python runs here, not %q", failureView,
			c.FailureView))
	}
	for _, origin := range c.TrustedOrigins {
		if _, _, ok := splitOrigin(strings.Replace(origin, "://*.", "://", 1)); !ok {
			faults = append(faults, fmt.Errorf("CSRF_TRUSTED_ORIGINS: %q must be a scheme and a host, as in https://example.com "+
				"or https://*.example.com", origin))
		}
	}
	return errors.Join(faults...)
}

// headerLetters are what the name of a header consists of in WSGI.
const headerLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// attributes are those of the cookie.
func (c Config) attributes() cookie.Attributes {
	return cookie.Attributes{
		Name: c.CookieName, Domain: c.CookieDomain, Path: c.CookiePath, SameSite: c.CookieSameSite,
		Secure: c.CookieSecure, HTTPOnly: c.CookieHTTPOnly,
	}
}

// splitOrigin takes an origin apart. ok is false for anything but a scheme, a host and perhaps a port.
func splitOrigin(origin string) (scheme, host string, ok bool) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin {
		return "", "", false
	}
	return u.Scheme, u.Host, true
}
