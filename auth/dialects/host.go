package dialects

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
)

// hostPattern is a host name or a literal IPv6 address, and perhaps a port.
var hostPattern = regexp.MustCompile(`^([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(:[0-9]+)?$`)

// checkHost refuses requests for hosts that we are not.
//
// Source: django.http.HttpRequest.get_host.
func (s *Site) checkHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !hostAllowed(c.Request().Host, s.cfg.AllowedHosts) {
			s.page(c, http.StatusBadRequest)
			return nil
		}
		return next(c)
	}
}

// hostAllowed reports whether the Host header names one of allowed. The port, case and a dot at the end do not matter.
func hostAllowed(header string, allowed []string) bool {
	host := strings.ToLower(header)
	parts := hostPattern.FindStringSubmatch(host)
	if parts == nil {
		return false
	}
	name := strings.TrimSuffix(parts[1], ".")
	for _, pattern := range allowed {
		if name != "" && isSameDomain(name, strings.ToLower(pattern)) {
			return true
		}
	}
	return false
}

func isSameDomain(name, pattern string) bool {
	if strings.HasPrefix(pattern, ".") {
		return strings.HasSuffix(name, pattern) || name == pattern[1:]
	}
	return pattern == "*" || pattern == name
}
