package dialects

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// AnswerPolicy lets browsers do nothing with an answer that is no page: run, load or frame it.
const AnswerPolicy = "default-src 'none'; frame-ancestors 'none'"

// secureHeaders adds the headers of Django's SecurityMiddleware and XFrameOptionsMiddleware with their defaults, and
// where Config.StrictHeaders says so those that Django leaves to the project. Pages replace the policy by their own.
func (s *Site) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderXFrameOptions, "DENY")
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderReferrerPolicy, "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		if s.cfg.StrictHeaders {
			header.Set(echo.HeaderContentSecurityPolicy, AnswerPolicy)
			header.Set(echo.HeaderCacheControl, "no-store")
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
