package dialects

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"watchword/auth/throttle"
)

// spanKey is where the tracer of these tests puts the id of a trace.
type spanKey struct{}

// told is a tracer that keeps the last that it was told.
type told struct {
	id      string
	trusted bool
	method  string
	route   string
	status  int
}

func (s *told) Begin(r *http.Request, id string, trusted bool) context.Context {
	s.id, s.trusted = id, trusted
	return context.WithValue(r.Context(), spanKey{}, "trace-of-"+id)
}

func (s *told) End(_ context.Context, method, route string, status int) {
	s.method, s.route, s.status = method, route, status
}

func (*told) TraceID(ctx context.Context) string {
	id, _ := ctx.Value(spanKey{}).(string)
	return id
}

func TestRequestsAreTracedByRouteAndLoggedWithTheirTrace(t *testing.T) {
	var log bytes.Buffer
	cfg, tracer := DefaultConfig(), new(told)
	cfg.Tracer = tracer
	s := NewSite(cfg, DefaultRESTConfig(), slog.New(slog.NewJSONHandler(&log, nil)))
	inside := ""
	s.Mount("/students/<int:pk>", View{Get: Action{Handle: func(c echo.Context) error {
		inside = tracer.TraceID(c.Request().Context())
		return Respond(c, 200, hello{"x"})
	}}})
	s.Mount("/panic/", View{Get: Action{Handle: func(echo.Context) error { panic("x") }}})
	clients, err := throttle.NewClients(throttle.ProxyConfig{Trusted: []string{"192.0.2.1"}})
	if err != nil {
		t.Fatal(err)
	}
	s.LimitRates(clients)
	for _, test := range []struct {
		method, target, peer string
		want                 told
	}{
		{"GET", "/students/12?secret", "192.0.2.1:1", told{"me", true, "GET", "/students/:pk", 200}},
		{"PUT", "/students/12", "198.51.100.7:1", told{"me", false, "PUT", "/students/:pk", 405}},
		{"GET", "/secret/", "198.51.100.7:1", told{"me", false, "GET", "", 404}},
		{"GET", "/panic/", "198.51.100.7:1", told{"me", false, "GET", "/panic/", 500}},
	} {
		log.Reset()
		r := httptest.NewRequestWithContext(t.Context(), test.method, test.target, nil)
		r.Host, r.RemoteAddr = "localhost", test.peer
		r.Header.Set(echo.HeaderXRequestID, "me")
		s.ServeHTTP(httptest.NewRecorder(), r)
		if *tracer != test.want {
			t.Errorf("%s %s: told %+v, want %+v", test.method, test.target, *tracer, test.want)
		}
		if !strings.Contains(log.String(), `"trace":"trace-of-me"`) {
			t.Errorf("%s %s: the trace is not in the log: %s", test.method, test.target, &log)
		}
	}
	if inside != "trace-of-me" {
		t.Errorf("handlers work in the context of %q", inside)
	}
}
