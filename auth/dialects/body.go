package dialects

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// guardBody bounds the length of the request body and the time in which it has to arrive. A body that says beforehand
// that it is too long is not read at all.
func (s *Site) guardBody(c echo.Context) {
	r := c.Request()
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	if r.ContentLength > s.cfg.MaxBody {
		c.Response().Header().Set(echo.HeaderConnection, "close")
		r.Body = refusedBody{limit: s.cfg.MaxBody}
		return
	}
	r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, s.cfg.MaxBody)
	if s.cfg.BodyTimeout > 0 {
		r.Body = &timedBody{ReadCloser: r.Body, control: http.NewResponseController(c.Response().Writer),
			timeout: s.cfg.BodyTimeout, now: s.cfg.Now}
	}
}

// refusedBody is a body that is too long.
type refusedBody struct{ limit int64 }

func (b refusedBody) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: b.limit} }
func (b refusedBody) Close() error             { return nil }

// timedBody gives the client a deadline from the first Read on, and lifts it at the end: the server watches the same
// connection for the client's going away.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
	timeout time.Duration
	now     func() time.Time
	started bool
}

// Read reads on. Writers that have no deadlines, as in tests, go without.
func (b *timedBody) Read(p []byte) (int, error) {
	if !b.started {
		b.started = true
		_ = b.control.SetReadDeadline(b.now().Add(b.timeout))
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
