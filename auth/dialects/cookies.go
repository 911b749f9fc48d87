package dialects

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"watchword/auth/cookie"
)

// SetCookies puts cookies into the answer, each in the place of one of the same name, domain and path that it may have
// already: the last word counts, and no browser has to choose.
//
// Source: RFC 6265 section 4.1.1.
func SetCookies(c echo.Context, cookies []*http.Cookie) {
	header := c.Response().Header()
	for _, one := range cookies {
		text := cookie.Text(one)
		if text == "" {
			continue
		}
		if i := earlier(header[echo.HeaderSetCookie], one); i >= 0 {
			header[echo.HeaderSetCookie][i] = text
			continue
		}
		header.Add(echo.HeaderSetCookie, text)
	}
}

// earlier is where lines set the cookie already, or -1.
func earlier(lines []string, one *http.Cookie) int {
	for i, line := range lines {
		if !strings.HasPrefix(line, one.Name+"=") {
			continue
		}
		if other, err := http.ParseSetCookie(line); err == nil && cookie.Same(one, other) {
			return i
		}
	}
	return -1
}
