package dialects

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"watchword/auth/throttle"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// storageWait is how long a client is told to wait while storage cannot be reached or is slow.
const storageWait = 5 * time.Second

// busy is an error that is over after a while.
type busy interface {
	error
	RetryAfter() time.Duration
}

// forbidden is an error that says that somebody may not do what they ask for.
type forbidden interface {
	error
	Forbidden() bool
}

// WriteError answers a request to a view with err. Refusals (serializers.Problem, serializers.Errors, schemes.Failure)
// are said in words; what was done too often is 429; a busy server, unreachable storage and a deadline that passed are 503
// with Retry-After; everything else is logged and answered with a 500 that says nothing. Outside of a view it does nothing.
func WriteError(c echo.Context, err error) {
	x := exchangeOf(c)
	if x == nil || c.Response().Committed {
		return
	}
	p := problem(err)
	if p == nil {
		x.site.serverError(c, err)
		return
	}
	status, header := p.Status, c.Response().Header()
	for name, values := range p.Header {
		header[name] = values
	}
	switch {
	case p.Unauthenticated && x.challenge != "":
		header.Set(echo.HeaderWWWAuthenticate, x.challenge)
	case p.Unauthenticated:
		status = http.StatusForbidden
	}
	if err := Respond(c, status, p.Body); err != nil {
		x.site.serverError(c, err)
	}
}

// problem returns err as an answer, or nil if it is ours.
func problem(err error) *serializers.Problem {
	var (
		refused *serializers.Problem
		faults  *serializers.Errors
		failure *schemes.Failure
		waiting busy
		denied  forbidden
		often   *throttle.Exceeded
	)
	switch {
	case errors.As(err, &often):
		return serializers.Throttled(often.Wait)
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &faults):
		return faults.Problem()
	case errors.As(err, &failure):
		return refusal(failure)
	case errors.As(err, &waiting):
		return serializers.Unavailable(waiting.RetryAfter())
	case errors.As(err, &denied) && denied.Forbidden():
		return serializers.PermissionDenied()
	case errors.Is(err, models.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return serializers.Unavailable(storageWait)
	}
	return nil
}

// statusClientGone says in the log and the metrics that nobody waited for the answer. It is never seen on the wire.
//
// Source: nginx, NGX_HTTP_CLIENT_CLOSED_REQUEST.
const statusClientGone = 499

// serverError logs err and answers with a page that says nothing of it. That the work was given up because the client has
// gone is no error of ours; any other error is, whether or not somebody waits.
func (s *Site) serverError(c echo.Context, err error) {
	gone := errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil
	level, message := slog.LevelError, "request failed"
	if gone {
		level, message = slog.LevelInfo, "the client has gone"
	}
	s.log.LogAttrs(c.Request().Context(), level, message,
		slog.String("request", requestID(c)), slog.String("method", c.Request().Method),
		slog.String("path", loggedPath(c)), slog.Any("error", err))
	if gone {
		c.Response().WriteHeader(statusClientGone)
		return
	}
	s.page(c, http.StatusInternalServerError)
}

// handleError answers what no view answered: paths that are not there, what else Echo refuses, and what is wrong with
// requests to what was mounted outside of all views.
func (s *Site) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var refused *echo.HTTPError
	switch p := problem(err); {
	case p != nil:
		maps.Copy(c.Response().Header(), p.Header)
		s.page(c, p.Status)
	case !errors.As(err, &refused):
		s.serverError(c, err)
	case refused.Code == http.StatusNotFound:
		s.notFound(c)
	default:
		s.page(c, refused.Code)
	}
}
