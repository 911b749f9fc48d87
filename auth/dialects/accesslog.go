package dialects

import (
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// logRequest writes one line about every request: no query, no header and no body, and of a path with parameters, which
// may be secrets, the pattern only. address is the client, whom trusted proxies name. took_ms is the time until the answer
// was made, in milliseconds. trace is the id of the trace that the request belongs to, if it says so.
func (s *Site) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.cfg.Now()
		if err := next(c); err != nil {
			c.Error(err) // now, so that the status is known
		}
		r, end := c.Request(), s.cfg.Now()
		took := end.Sub(start)
		if s.observer != nil {
			s.observer.Served(c.Path(), r.Method, c.Response().Status, took)
		}
		if !s.log.Enabled(r.Context(), slog.LevelInfo) {
			return nil
		}
		line := slog.NewRecord(end, slog.LevelInfo, "request", 0)
		line.AddAttrs(
			slog.String("request", requestID(c)), slog.String("address", s.clientAddress(r)),
			slog.String("method", r.Method), slog.String("path", loggedPath(c)),
			slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size),
			slog.Float64("took_ms", milliseconds(took)),
		)
		if trace := s.traceOf(r); trace != "" {
			line.AddAttrs(slog.String("trace", trace))
		}
		_ = s.log.Handler().Handle(r.Context(), line) // there is nowhere to say that a log cannot be written
		return nil
	}
}

// maxLoggedAddress is as much as is logged of who a client says that it is, where everybody is believed, in bytes.
const maxLoggedAddress = 64

// clientAddress is who sent r: where proxies are trusted, whom they name.
func (s *Site) clientAddress(r *http.Request) string {
	if s.clients == nil {
		address, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			return r.RemoteAddr
		}
		return address
	}
	address := s.clients.Address(r)
	return address[:min(len(address), maxLoggedAddress)]
}

// milliseconds is d with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// maxLoggedPath is as much as is logged of a path that is not ours, in bytes.
const maxLoggedPath = 200

// loggedPath is the pattern of the path, or the path itself if it matches none.
func loggedPath(c echo.Context) string {
	if pattern := c.Path(); pattern != "" {
		return pattern
	}
	path := c.Request().URL.Path
	return path[:min(len(path), maxLoggedPath)]
}
