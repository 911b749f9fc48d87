package dialects

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// AnswerPolicy lets browsers do nothing with an answer that is no page: run, load or frame it.
const AnswerPolicy = "default-src 'none'; frame-ancestors 'none'"

// field is a header that many answers have, its name in canonical form. They share the values, so nobody writes into
// them; whoever appends one gets a copy.
type field struct {
	name   string
	values []string
}

// newField returns a field with one value.
func newField(name, value string) field { return field{http.CanonicalHeaderKey(name), []string{value}} }

// setIn puts f into header, in the place of what is there.
func (f field) setIn(header http.Header) { header[f.name] = f.values }

// secureHeaders adds the headers of Django's SecurityMiddleware and XFrameOptionsMiddleware with their defaults, and
// where Config.StrictHeaders says so those that Django leaves to the project. Pages replace the policy by their own.
func (s *Site) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	fields := []field{
		newField(echo.HeaderXFrameOptions, "DENY"),
		newField(echo.HeaderXContentTypeOptions, "nosniff"),
		newField(echo.HeaderReferrerPolicy, "same-origin"),
		newField("Cross-Origin-Opener-Policy", "same-origin"),
	}
	if s.cfg.StrictHeaders {
		fields = append(fields, newField(echo.HeaderContentSecurityPolicy, AnswerPolicy),
			newField(echo.HeaderCacheControl, "no-store"))
	}
	return func(c echo.Context) error {
		header := c.Response().Header()
		for _, f := range fields {
			f.setIn(header)
		}
		return next(c)
	}
}

// varyByCookie says of every answer that it depends on cookies, if all do.
//
// Source: django.contrib.sessions.middleware.SessionMiddleware, where a middleware before it has read the session.
func (s *Site) varyByCookie(next echo.HandlerFunc) echo.HandlerFunc {
	if !s.cfg.VaryByCookie {
		return next
	}
	return func(c echo.Context) error {
		c.Response().Before(func() { vary(c.Response().Header(), echo.HeaderCookie) })
		return next(c)
	}
}

// vary adds name to the request headers that the answer depends on.
//
// Source: django.utils.cache.patch_vary_headers.
func vary(header http.Header, name string) {
	switch known := header.Get(echo.HeaderVary); {
	case known == "":
		header.Set(echo.HeaderVary, name)
	case !strings.Contains(known, name):
		header.Set(echo.HeaderVary, known+", "+name)
	}
}

// VaryByCookie says that the answer depends on cookies, in an action that looks at the session whoever asks.
func VaryByCookie(c echo.Context) { vary(c.Response().Header(), echo.HeaderCookie) }
