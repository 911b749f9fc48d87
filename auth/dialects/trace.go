package dialects

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Tracer makes requests parts of traces. It must be safe for concurrent use.
type Tracer interface {
	// Begin tells that a request begins to be answered, which has an id, and returns the context to do it in. trusted says
	// whether its sender is believed what trace it belongs to.
	Begin(r *http.Request, id string, trusted bool) context.Context
	// End tells how it was answered. ctx is what Begin has returned; route is the pattern of the path, "" for one that is
	// not ours.
	End(ctx context.Context, method, route string, status int)
	// TraceID returns the id of the trace that ctx is part of.
	TraceID(ctx context.Context) string
}

// traceRequest makes the request a part of a trace. One whose answer is broken off is not told.
func (s *Site) traceRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.cfg.Tracer == nil {
			return next(c)
		}
		r := c.Request()
		ctx := s.cfg.Tracer.Begin(r, requestID(c), s.clients != nil && s.clients.Trusts(r))
		move(ctx, r)
		err := next(c)
		s.cfg.Tracer.End(ctx, r.Method, c.Path(), c.Response().Status)
		return err
	}
}

// traceOf returns the id of the trace that r is part of, or says that it is; "" for none.
func (s *Site) traceOf(r *http.Request) string {
	if s.cfg.Tracer == nil {
		return traceID(r.Header)
	}
	return s.cfg.Tracer.TraceID(r.Context())
}
