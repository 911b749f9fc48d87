package tracing

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// batchOf is so many spans.
func batchOf(n int) []*tracepb.ResourceSpans {
	return []*tracepb.ResourceSpans{{ScopeSpans: []*tracepb.ScopeSpans{{Spans: make([]*tracepb.Span, n)}}}}
}

func TestLostTracesAreToldOnceAMinuteAndTheirEnd(t *testing.T) {
	var status atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, "secret of the collector")
	}))
	defer server.Close()
	var log bytes.Buffer
	c := newCollector(Config{Endpoint: server.URL + "/secret-path"}, slog.New(slog.NewTextHandler(&log, nil)))
	now := time.Unix(1_700_000_000, 0)
	c.now = func() time.Time { return now }
	for i, step := range []struct {
		after  time.Duration
		status int32
		want   string // "": nothing new is logged
	}{
		{0, 200, ""},
		{0, 503, `msg="traces are lost: their collector does not take them" spans=2 error="it answered 503"`},
		{time.Second, 503, ""},
		{time.Second, 307, ""},
		{time.Minute, 429, `spans=6 error="it answered 429"`},
		{time.Second, 503, ""},
		{time.Second, 202, `msg="traces are taken again" lost=2`},
		{time.Second, 200, ""},
		{time.Second, 400, `spans=2 error="it answered 400"`},
	} {
		now = now.Add(step.after)
		status.Store(step.status)
		log.Reset()
		if err := c.UploadTraces(t.Context(), batchOf(2)); err != nil {
			t.Errorf("step %d: the library is told of %v", i, err)
		}
		if got := log.String(); !strings.Contains(got, step.want) || step.want == "" && got != "" {
			t.Errorf("step %d: got %q, want %q", i, got, step.want)
		}
	}
	server.Close()
	now = now.Add(time.Hour)
	log.Reset()
	_ = c.UploadTraces(t.Context(), batchOf(2))
	if got := log.String(); !strings.Contains(got, "traces are lost") || strings.Contains(got, "secret") {
		t.Errorf("of a collector that is away it logs %q", got)
	}
}

// TestACollectorThatHangsHoldsNothingUp has one that takes a connection and never answers.
func TestACollectorThatHangsHoldsNothingUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	cfg := DefaultConfig()
	cfg.Endpoint = "http://" + listener.Addr().String()
	tracer, err := New(t.Context(), cfg, "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	for range 3 * maxWaiting { // more than can wait
		tracer.End(tracer.Begin(r, "id", false), r.Method, "/", http.StatusOK)
	}
	tracer.Stop() // or the test does not end
}

// BenchmarkRequest is what a request with a query costs that is kept, and one that is not.
func BenchmarkRequest(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	for name, share := range map[string]float64{"kept": 1, "not": 0} {
		b.Run(name, func(b *testing.B) {
			tracer, err := New(b.Context(), Config{Endpoint: server.URL, ServiceName: "b", Share: share}, "", slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer tracer.Stop()
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil)
			b.ReportAllocs()
			for b.Loop() {
				ctx := tracer.Begin(r, "id", false)
				_, end := tracer.Query(ctx, "sqlite", "SELECT", "auth_user")
				end(nil)
				tracer.End(ctx, r.Method, "/", http.StatusOK)
			}
		})
	}
}
