package csrf

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origin is one of CSRF_TRUSTED_ORIGINS.
type origin struct {
	scheme string
	host   string // with its port, if any; one that begins with a dot stands for all its subdomains, too
}

func readOrigins(texts []string) []origin {
	var list []origin
	for _, text := range texts {
		scheme, host, _ := strings.Cut(text, "://")
		list = append(list, origin{scheme, strings.ToLower(strings.TrimPrefix(host, "*"))})
	}
	return list
}

// checkSource checks that r comes from a page of this site, or of one that is trusted. A browser names the page's
// origin; over https it names at least the page. Without https those who could tamper with the one could with the other.
//
// Source: Django, CsrfViewMiddleware._origin_verified and _check_referer.
func (p *Protection) checkSource(r *http.Request) error {
	origins, given := r.Header["Origin"]
	from := strings.Join(origins, ",")
	switch {
	case given && from != p.own(r) && !p.isTrusted(from):
		return Refusal("Origin checking failed - " + printable(from) + " does not match any trusted origins.")
	case !given && p.cfg.IsSecure(r):
		if err := p.checkReferer(r); err != nil {
			return err
		}
	}
	return p.CheckBrowser(r)
}

// CheckBrowser returns CrossSite for a request that, as its browser says, another origin sent which is not trusted, if
// such requests are refused. It is a wall for requests that need no token, as a first login does.
//
// Source: net/http.CrossOriginProtection, which knows no origins with wildcards.
func (p *Protection) CheckBrowser(r *http.Request) error {
	if !p.cfg.FetchMetadata || p.browsers.Check(r) == nil || p.isTrusted(r.Header.Get("Origin")) {
		return nil
	}
	return CrossSite
}

// own is the origin of this site, as r's sender calls it.
func (p *Protection) own(r *http.Request) string {
	if p.cfg.IsSecure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// isTrusted reports whether the origin is one of CSRF_TRUSTED_ORIGINS.
func (p *Protection) isTrusted(from string) bool {
	scheme, host, ok := splitOrigin(from)
	return ok && slices.ContainsFunc(p.trusted, func(o origin) bool { return o.scheme == scheme && isSameDomain(host, o.host) })
}

// checkReferer stands in for the check of the origin where a browser names none.
func (p *Protection) checkReferer(r *http.Request) error {
	referers, given := r.Header["Referer"]
	if !given {
		return NoReferer
	}
	text := strings.Join(referers, ",")
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "":
		return MalformedReferer
	case u.Scheme != "https":
		return InsecureReferer
	case u.User != nil || !p.isRefererTrusted(r, u.Host):
		return Refusal("Referer checking failed - " + printable(text) + " does not match any trusted origins.")
	}
	return nil
}

func (p *Protection) isRefererTrusted(r *http.Request, host string) bool {
	if slices.ContainsFunc(p.trusted, func(o origin) bool { return isSameDomain(host, o.host) }) {
		return true
	}
	good := p.cfg.CookieDomain
	if good == "" {
		return isSameDomain(host, r.Host)
	}
	if _, port, err := net.SplitHostPort(r.Host); err == nil && port != "443" && port != "80" {
		good += ":" + port
	}
	return isSameDomain(host, good)
}

// isSameDomain reports whether host is the domain, or below it where the domain begins with a dot.
//
// Source: Django, django.utils.http.is_same_domain.
func isSameDomain(host, domain string) bool {
	domain = strings.ToLower(domain)
	if strings.HasPrefix(domain, ".") {
		return strings.HasSuffix(host, domain) || host == domain[1:]
	}
	return host == domain
}

// printable is a header's text as it may stand in an answer.
func printable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
