package dialects

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Sessions are what browsers' sessions need of every request, whatever it is for.
type Sessions interface {
	// Begin returns a context for a request, in which is remembered what is found out about its session.
	Begin(ctx context.Context) context.Context
	// Finish returns the cookies that the answer to r, which was begun, still needs.
	Finish(r *http.Request) ([]*http.Cookie, error)
}

// KeepSessions has every request begun and finished, also those that nothing is found for. Call it before serving.
func (s *Site) KeepSessions(sessions Sessions) { s.sessions = sessions }

// keepSessions is the middleware of KeepSessions. An answer about an error of ours, or to a client that has
// gone, leaves the session as it was.
//
// Source: django.contrib.sessions.middleware.SessionMiddleware.
func (s *Site) keepSessions(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.sessions == nil {
			return next(c)
		}
		r := c.Request()
		move(s.sessions.Begin(r.Context()), r)
		c.Response().Before(func() {
			if c.Response().Status < statusClientGone {
				s.finishSession(c, r)
			}
		})
		return next(c)
	}
}

// finishSession adds to the answer what Finish says. If the session cannot be written, the answer goes out all the same:
// a session that was not extended ends a little earlier.
func (s *Site) finishSession(c echo.Context, r *http.Request) {
	cookies, err := s.sessions.Finish(r)
	if err != nil {
		s.log.LogAttrs(r.Context(), slog.LevelWarn, "session not extended", slog.String("request", requestID(c)),
			slog.Any("error", err))
	}
	if len(cookies) > 0 {
		VaryByCookie(c)
		SetCookies(c, cookies)
	}
}
