package dialects

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// SetCookies puts cookies into the answer, each in the place of one of the same name, domain and path that it may have
// already: the last word counts, and no browser has to choose.
//
// Source: RFC 6265 section 4.1.1.
func SetCookies(c echo.Context, cookies []*http.Cookie) {
	header := c.Response().Header()
	for _, cookie := range cookies {
		text := cookie.String()
		if text == "" {
			continue
		}
		if i := earlier(header[echo.HeaderSetCookie], cookie); i >= 0 {
			header[echo.HeaderSetCookie][i] = text
			continue
		}
		header.Add(echo.HeaderSetCookie, text)
	}
}

// earlier is where lines set the cookie already, or -1.
func earlier(lines []string, cookie *http.Cookie) int {
	for i, line := range lines {
		if !strings.HasPrefix(line, cookie.Name+"=") {
			continue
		}
		other, err := http.ParseSetCookie(line)
		if err == nil && other.Domain == cookie.Domain && other.Path == cookie.Path {
			return i
		}
	}
	return -1
}
