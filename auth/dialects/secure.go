package dialects

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/labstack/echo/v4"
)

// wsgiPrefix begins the names that WSGI, and so Django, gives to request headers.
const wsgiPrefix = "HTTP_"

// IsSecure reports whether r came over https: as the proxy in front says, or else by itself.
//
// Source: django.http.HttpRequest.scheme.
func (c Config) IsSecure(r *http.Request) bool {
	if name, value, ok := c.proxyHeader(); ok {
		if said, given := r.Header[name]; given {
			first, _, _ := strings.Cut(strings.Join(said, ","), ",")
			return strings.TrimSpace(first) == value
		}
	}
	return r.TLS != nil
}

// IsSecure reports whether the request that a view is answering came over https.
func IsSecure(c echo.Context) bool {
	x := exchangeOf(c)
	return x != nil && x.site.cfg.IsSecure(c.Request())
}

// proxyHeader returns the header in which a proxy says that it was called over https, and what it then says. ok is
// false where no proxy is to be believed.
func (c Config) proxyHeader() (name, value string, ok bool) {
	if len(c.ProxySSLHeader) != 2 {
		return "", "", false
	}
	name = strings.ReplaceAll(strings.TrimPrefix(c.ProxySSLHeader[0], wsgiPrefix), "_", "-")
	return textproto.CanonicalMIMEHeaderKey(name), c.ProxySSLHeader[1], true
}

// proxyHeaderFault returns what is wrong with the setting.
func (c Config) proxyHeaderFault() error {
	if len(c.ProxySSLHeader) == 0 {
		return nil
	}
	if len(c.ProxySSLHeader) != 2 || c.ProxySSLHeader[1] == "" {
		return errors.New("SECURE_PROXY_SSL_HEADER: must be a header and a value, as in [HTTP_X_FORWARDED_PROTO, https]")
	}
	name, ok := strings.CutPrefix(c.ProxySSLHeader[0], wsgiPrefix)
	if !ok || !token.MatchString(name) || strings.ToUpper(name) != name || strings.Contains(name, "-") {
		return fmt.Errorf("SECURE_PROXY_SSL_HEADER: the header must be HTTP_ and capital letters, as in HTTP_X_FORWARDED_PROTO, "+
			"not %q", c.ProxySSLHeader[0])
	}
	return nil
}
