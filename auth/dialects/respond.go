package dialects

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"watchword/serializers/pyjson"
)

// Respond answers a request to a view with status and value, in the form that was negotiated. nil is an empty body.
func Respond(c echo.Context, status int, value any) error {
	if value == nil {
		return write(c, status, "", nil)
	}
	x := exchangeOf(c)
	if x.accepted.renderer == HTML {
		page, err := x.browsable(c, status, value)
		if err != nil {
			return err
		}
		return write(c, status, htmlType, page)
	}
	body, err := pyjson.Marshal(value, x.accepted.indent)
	if err != nil {
		return err
	}
	return write(c, status, JSON.mediaType(), body)
}

// NoStore tells caches to keep nothing of the answer: it has a secret in it.
//
// Source: RFC 6749 section 5.1.
func NoStore(c echo.Context) { c.Response().Header().Set(echo.HeaderCacheControl, "no-store") }

// write sends the answer. A HEAD request gets all of it but the body.
func write(c echo.Context, status int, contentType string, body []byte) error {
	header := c.Response().Header()
	if contentType != "" {
		header.Set(echo.HeaderContentType, contentType)
	}
	header.Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	c.Response().WriteHeader(status)
	if len(body) == 0 || c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := c.Response().Write(body)
	return err
}
