package dialects

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

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
	name, _ := splitHost(strings.ToLower(header))
	name = strings.TrimSuffix(name, ".")
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

// splitHost returns the host name or literal IPv6 address, and the port if there is one, of a Host header in lower case;
// nothing if it is none. Every request has one, so no regular expression reads it.
//
// Source: django.http.request.host_validation_re.
func splitHost(host string) (name, port string) {
	name = host
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name, port = host[:i], host[i+1:]
		if !isInteger(port) {
			return "", ""
		}
	}
	if name == "" || !isHostName(name) && !isLiteralIPv6(name) {
		return "", ""
	}
	return name, port
}

func isHostName(text string) bool { return onlyHas(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") }

func isLiteralIPv6(text string) bool {
	opened, isOpen := strings.CutPrefix(text, "[")
	address, isClosed := strings.CutSuffix(opened, "]")
	first, rest, found := strings.Cut(address, ":")
	return isOpen && isClosed && found && rest != "" &&
		onlyHas(first, "abcdef0123456789") && onlyHas(rest, "abcdef0123456789.:")
}

// onlyHas reports whether text has no other characters than these.
func onlyHas(text, characters string) bool { return strings.Trim(text, characters) == "" }
