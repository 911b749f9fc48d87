package jwt

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"watchword/auth/cookie"
	"watchword/auth/csrf"
	"watchword/models"
	"watchword/schemes"
)

// maxTwinDomains bounds in how many domains twins of cookies are looked for.
const maxTwinDomains = 3

// Cookies is the scheme of token pairs that browsers keep in cookies. A header goes before the cookie: where there is
// one, of whatever kind, the cookie is not looked at. In all else it is the Scheme that it is made from.
//
// It is safe for concurrent use.
//
// Source: dj_rest_auth.jwt_auth.
type Cookies struct {
	*Scheme
	cookies CookieConfig
	csrf    *csrf.Protection
}

var (
	_ schemes.Scheme    = (*Cookies)(nil)
	_ schemes.Preparer  = (*Cookies)(nil)
	_ schemes.Refresher = (*Cookies)(nil)
)

// NewCookies returns the scheme of cfg's cookies over s. cfg must be valid.
func NewCookies(cfg CookieConfig, s *Scheme, protection *csrf.Protection) *Cookies {
	return &Cookies{Scheme: s, cookies: cfg, csrf: protection}
}

// ReadsSession says whether caches are told that the verdict depends on a cookie.
func (c *Cookies) ReadsSession() bool { return c.cookies.TellCaches && c.cookies.Name != "" }

// Authenticate reads the token in the header, or else in the cookie. Of two cookies of the name neither counts. Where a
// CSRF token is asked for it is looked at first, unless TokenFirst says otherwise.
//
// Source: dj_rest_auth.jwt_auth.JWTCookieAuthentication.
func (c *Cookies) Authenticate(r *http.Request) (schemes.Identity, error) {
	if c.cookies.Name == "" || len(r.Header.Values(c.header)) > 0 {
		return c.Scheme.Authenticate(r)
	}
	raw, there := cookie.Value(r, c.cookies.Name)
	first := c.cookies.EnforceCSRF || there && c.cookies.UseCSRF && !c.cookies.TokenFirst
	if first {
		if err := c.checkCSRF(r); err != nil {
			return schemes.Identity{}, err
		}
	}
	if !there {
		return schemes.Identity{}, nil
	}
	id, err := c.recognise(r.Context(), raw)
	if err == nil && !first && c.cookies.UseCSRF {
		err = c.checkCSRF(r)
	}
	if err != nil {
		return schemes.Identity{}, err
	}
	return id, nil
}

// checkCSRF refuses requests that would change something and that their user may not have meant.
func (c *Cookies) checkCSRF(r *http.Request) error {
	if csrf.IsSafe(r.Method) {
		return nil
	}
	if err := c.csrf.Check(r); err != nil {
		return schemes.Fail(Name, schemes.CSRF, err)
	}
	return nil
}

// Issue makes a token pair for u, and puts it into the cookies.
func (c *Cookies) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	return issue(c, r, u)
}

// Prepare signs a token pair for u, puts it into the cookies, and returns what records the refresh token.
func (c *Cookies) Prepare(r *http.Request, u *models.User) (schemes.Grant, func(context.Context) error, error) {
	grant, record, err := c.Scheme.Prepare(r, u)
	if err != nil {
		return schemes.Grant{}, nil, err
	}
	grant.Cookies = c.write(grant)
	if c.cookies.SweepTwins && c.carried(r) { // of two cookies neither would count
		grant.Cookies = append(c.twins(r), grant.Cookies...) // the last of what a client takes for one cookie counts
	}
	if c.cookies.HandOutCSRF && c.cookies.UseCSRF && len(grant.Cookies) > 0 {
		_, secret := c.csrf.Rotate(r)
		grant.Cookies = append(grant.Cookies, secret...)
	}
	return grant, record, nil
}

// Refresh trades a refresh token, and puts what it buys into the cookies.
func (c *Cookies) Refresh(ctx context.Context, raw string) (schemes.Grant, error) {
	grant, err := c.Scheme.Refresh(ctx, raw)
	if err != nil {
		return schemes.Grant{}, err
	}
	grant.Cookies = c.write(grant)
	return grant, nil
}

// RefreshToken returns the refresh token in the cookie of r; ok is false where there is none.
func (c *Cookies) RefreshToken(r *http.Request) (token string, ok bool) {
	if c.cookies.RefreshName == "" {
		return "", false
	}
	return cookie.Value(r, c.cookies.RefreshName)
}

// HasCookie reports whether the access token goes by cookie.
func (c *Cookies) HasCookie() bool { return c.cookies.Name != "" }

// Clear returns the cookies that make the browser which sent r forget its tokens.
func (c *Cookies) Clear(r *http.Request) []*http.Cookie {
	list := c.write(schemes.Grant{})
	if c.cookies.SweepTwins {
		list = append(list, c.twins(r)...)
	}
	return list
}

// carried reports whether r has a cookie of one of our names.
func (c *Cookies) carried(r *http.Request) bool {
	return len(r.CookiesNamed(c.cookies.Name))+len(r.CookiesNamed(c.cookies.RefreshName)) > 0
}

// load is a cookie and what it carries; "" is what a browser is to forget.
type load struct {
	cookie.Attributes
	value string
	age   time.Duration
}

// write puts the tokens of a grant into the cookies, and a grant without tokens out of them. A refresh that buys no
// refresh token leaves that cookie alone.
func (c *Cookies) write(grant schemes.Grant) []*http.Cookie {
	now := c.cfg.Now()
	var list []*http.Cookie
	for _, one := range []load{
		{c.cookies.access(), grant.Access, c.cfg.AccessTokenLifetime},
		{c.cookies.refresh(), grant.Refresh, grant.RefreshUntil.Sub(now).Round(time.Second)},
	} {
		switch {
		case one.Name == "":
		case one.value != "":
			list = append(list, one.Set(one.value, one.age, now))
		case grant.Access == "":
			list = append(list, one.Delete())
		}
	}
	return list
}

// twins deletes cookies of our names that other settings, or other programs of the site, may have set: for the host
// alone, for its domain and those above it, and for every path.
func (c *Cookies) twins(r *http.Request) []*http.Cookie {
	var list []*http.Cookie
	for _, one := range []cookie.Attributes{c.cookies.access(), c.cookies.refresh()} {
		if one.Name == "" {
			continue
		}
		twin := one
		for _, twin.Path = range distinct("/", one.Path) {
			for _, twin.Domain = range distinct(append([]string{"", one.Domain}, domainsOf(r)...)...) {
				forget := twin.Delete()
				if !cookie.Same(forget, one.Delete()) && (twin.Domain == "" || !strings.HasPrefix(one.Name, "__Host-")) {
					list = append(list, forget)
				}
			}
		}
	}
	return list
}

// domainsOf are the host of r and what is above it, as domains of cookies; none where it can be none. Browsers pass over
// those that belong to everybody, such as co.uk.
func domainsOf(r *http.Request) []string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if net.ParseIP(strings.Trim(host, "[]")) != nil {
		return nil
	}
	var domains []string
	for strings.Contains(host, ".") && len(domains) < maxTwinDomains {
		domains = append(domains, host)
		_, host, _ = strings.Cut(host, ".")
	}
	return domains
}

// distinct returns texts without those that were there before.
func distinct(texts ...string) []string {
	var list []string
	seen := map[string]bool{}
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			list = append(list, text)
		}
	}
	return list
}
