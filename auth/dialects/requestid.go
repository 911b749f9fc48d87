package dialects

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"

	"github.com/labstack/echo/v4"
)

// requestIDPattern is what a client or proxy may call its request.
var requestIDPattern = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)

// identifyRequest gives every request an id, which is logged and answered. An X-Request-ID of the request is taken
// over, so that logs of several servers can be joined, if it can do no harm in a log; otherwise we make one.
func (s *Site) identifyRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if id == "" || !requestIDPattern.MatchString(id) {
			var random [16]byte
			_, _ = rand.Read(random[:]) // never fails
			id = hex.EncodeToString(random[:])
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }
