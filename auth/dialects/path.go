package dialects

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// checkPath finds nothing at a path that is no text.
func (s *Site) checkPath(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if path := c.Request().URL.Path; !utf8.ValidString(path) || strings.Contains(path, "\x00") {
			return echo.ErrNotFound
		}
		return next(c)
	}
}

// route answers by what is mounted at the decoded path, as it is: nothing is cleaned, case matters.
func (s *Site) route(c echo.Context) error {
	r := c.Request()
	s.echo.Router().Find(r.Method, r.URL.Path, c)
	return c.Handler()(c)
}

// matches reports whether the parameters of the route that Echo found are what the route wants. Echo lets the last one
// reach over slashes.
func (s *Site) matches(c echo.Context) bool {
	for _, name := range s.integers[c.Path()] {
		if !isInteger(c.Param(name)) {
			return false
		}
	}
	return true
}

func isInteger(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// pattern is what path is mounted as; "" when nothing answers it.
func (s *Site) pattern(path string) string {
	c := s.echo.AcquireContext()
	defer s.echo.ReleaseContext(c)
	c.Reset(nil, nil)
	s.echo.Router().Find(http.MethodGet, path, c)
	if !s.matches(c) {
		return ""
	}
	return c.Path()
}

// notFound redirects to the path with a slash at its end if that is known, whatever the method. What is logged of such a
// path is its pattern, as the parameters may be secrets without the slash as well.
//
// Source: django.middleware.common.CommonMiddleware.
func (s *Site) notFound(c echo.Context) {
	u := c.Request().URL
	path := u.Path + "/"
	pattern := ""
	if s.cfg.AppendSlash && !strings.HasSuffix(u.Path, "/") && utf8.ValidString(u.Path) {
		pattern = s.pattern(path)
	}
	if pattern == "" {
		s.page(c, http.StatusNotFound)
		return
	}
	c.SetPath(strings.TrimSuffix(pattern, "/"))
	location := (&url.URL{Path: path, RawQuery: u.RawQuery}).RequestURI()
	if rest, ok := strings.CutPrefix(location, "//"); ok {
		location = "/%2F" + rest // or the browser takes it for another host
	}
	c.Response().Header().Set(echo.HeaderLocation, location)
	if err := write(c, http.StatusMovedPermanently, htmlType, nil); err != nil {
		s.log.Debug("answer not sent", "error", err)
	}
}
