package dialects

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// LinkConfig says where the links in mails lead.
type LinkConfig struct {
	// SiteURL is where users reach this server. Empty: where the request came in.
	SiteURL string `setting:"SITE_URL" help:"Where users reach this server, as in https://example.com. Links in mails begin with it. Empty: the host that a request was sent to, so that ALLOWED_HOSTS says where links may lead."`
	// Protocol is the scheme of links that begin with the host of a request.
	Protocol string `setting:"ACCOUNT_DEFAULT_HTTP_PROTOCOL" help:"https: links in mails begin with https even if the request came by http. Without effect where SITE_URL is set."`

	// IsSecure says whether a request came by https. nil: whether it came to us by TLS.
	IsSecure func(r *http.Request) bool
}

// DefaultLinkConfig leads back to where the request came in.
func DefaultLinkConfig() LinkConfig { return LinkConfig{Protocol: "http"} }

// Validate returns every fault, each beginning with the setting's name.
func (c LinkConfig) Validate() error {
	var faults []error
	if c.SiteURL != "" && !isSiteURL(c.SiteURL) {
		faults = append(faults, errors.New("SITE_URL: must be where users reach this server, as in https://example.com"))
	}
	if c.Protocol != "http" && c.Protocol != "https" {
		faults = append(faults, errors.New("ACCOUNT_DEFAULT_HTTP_PROTOCOL: must be http or https"))
	}
	return errors.Join(faults...)
}

// isSiteURL reports whether text is an http or https URL to which a path can be added.
func isSiteURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		u.RawQuery == "" && u.Fragment == ""
}

// Link returns the address that a mail shows which r causes. target is a path here or a URL elsewhere; {name} in it
// stands for the value of that name, of which only characters that mean nothing in a URL are left as they are.
//
// Source: django.http.HttpRequest.build_absolute_uri and allauth.utils.build_absolute_uri.
func (c LinkConfig) Link(r *http.Request, target string, values map[string]string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", url.PathEscape(value))
	}
	link := strings.NewReplacer(pairs...).Replace(target)
	if !strings.HasPrefix(target, "/") {
		return link
	}
	return c.base(r) + link
}

// AtDomain returns c with links that begin with a domain, whatever host a request was sent to, unless SiteURL says where
// they begin. They begin with https where Protocol says so or r, which may be nil, came by it. An empty domain is none.
//
// Source: allauth.utils.build_absolute_uri without a request; django.contrib.auth.forms.PasswordResetForm.
func (c LinkConfig) AtDomain(r *http.Request, domain string) LinkConfig {
	if c.SiteURL != "" || domain == "" {
		return c
	}
	c.SiteURL = c.scheme(r) + "://" + domain
	return c
}

// base is where links to this server begin.
func (c LinkConfig) base(r *http.Request) string {
	if c.SiteURL != "" {
		return strings.TrimRight(c.SiteURL, "/")
	}
	return c.scheme(r) + "://" + r.Host
}

// scheme is what links begin with that r, which may be nil, causes.
func (c LinkConfig) scheme(r *http.Request) string {
	secure := c.IsSecure
	if secure == nil {
		secure = func(r *http.Request) bool { return r.TLS != nil }
	}
	if c.Protocol == "https" || r != nil && secure(r) {
		return "https"
	}
	return "http"
}
