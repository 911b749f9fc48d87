package dialects

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// boundBody bounds the length of the request body and the time in which it has to arrive, whether a view reads it or
// net/http throws it away after the answer. A body that says beforehand that it is too long is not read at all.
func (s *Site) boundBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, w := c.Request(), c.Response()
		switch {
		case r.Body == nil || r.Body == http.NoBody:
			return next(c)
		case r.ContentLength > s.cfg.MaxBody:
			w.Header().Set(echo.HeaderConnection, "close")
			r.Body = refusedBody{r.Body, s.cfg.MaxBody}
		default:
			r.Body = http.MaxBytesReader(w.Writer, r.Body, s.cfg.MaxBody)
		}
		if s.cfg.BodyTimeout > 0 {
			control := http.NewResponseController(w.Writer)
			_ = control.SetReadDeadline(s.cfg.Now().Add(s.cfg.BodyTimeout)) // writers of tests have none
			r.Body = timedBody{r.Body, control}
		}
		return next(c)
	}
}

// refusedBody is a body that is too long.
type refusedBody struct {
	io.ReadCloser
	limit int64
}

// Read refuses.
func (b refusedBody) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: b.limit} }

// timedBody lifts the deadline once the body is there: from then on the server watches the connection for the client's
// going away.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read reads on.
func (b timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{}) // as above
	}
	return n, err
}
