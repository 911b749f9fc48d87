package tests

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"watchword/tests/harness"
)

// The trace that the requests of this test say they belong to.
const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
)

// collected is what a collector was sent: spans by name and parent.
type collected struct {
	text  strings.Builder // all of it
	spans []*tracepb.Span
}

// add keeps what came with a request.
func (c *collected) add(t *testing.T, body []byte) {
	t.Helper()
	batch := new(tracepb.TracesData)
	if err := proto.Unmarshal(body, batch); err != nil {
		t.Fatal(err)
	}
	c.text.WriteString(batch.String())
	for _, resource := range batch.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

// named returns the first span of that name; nil: none came yet.
func (c *collected) named(name string) *tracepb.Span {
	i := slices.IndexFunc(c.spans, func(s *tracepb.Span) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return c.spans[i]
}

// below returns the names of the spans that are part of span, and of those that are part of them.
func (c *collected) below(span *tracepb.Span) []string {
	var names []string
	for _, s := range c.spans {
		if string(s.ParentSpanId) == string(span.SpanId) {
			names = append(append(names, s.Name), c.below(s)...)
		}
	}
	return names
}

// TestTracesTellWhatWasDoneAndToNobodyElse traces a login, a read and a mail, and then has the collector go away.
func TestTracesTellWhatWasDoneAndToNobodyElse(t *testing.T) {
	t.Parallel()
	const apiKey = "key-of-the-collector-4711"
	came := make(chan []byte, 100)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Authorization") != "Bearer "+apiKey {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		came <- body
	}))
	defer collector.Close()
	const reset = "/dj-rest-auth/password/reset/"
	const address = "mike@example.com"
	server := harness.Start(t, harness.Config{
		Database: harness.SQLite(t), Secrets: []string{ownPassword, apiKey},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: address, Password: ownPassword}),
		Environ: []string{"WATCHWORD_TRUSTED_PROXIES=127.0.0.1", "OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL,
			"OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20" + apiKey},
	})
	visit := func(method, path, bearer, body string) harness.Answer {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Traceparent", "00-"+callersTrace+"-"+callersSpan+"-01")
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		data, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return harness.Answer{Status: response.StatusCode, Body: data}
	}
	credentials := `{"username":"mike","password":"` + ownPassword + `"}`
	all := func() (access string, statuses []int) {
		login := visit("POST", "/api/token/", "", credentials)
		access = login.Field(t, "access")
		return access, []int{
			login.Status, visit("GET", "/hello/?token="+access, access, "").Status,
			visit("POST", reset, "", `{"email":"`+address+`"}`).Status,
			visit("POST", "/api/token/", "", `{"username":"mike","password":"wrong"}`).Status,
			visit("GET", "/nowhere/of-mike/", "", "").Status,
		}
	}
	access, statuses := all()
	if want := []int{200, 200, 200, 401, 404}; !slices.Equal(statuses, want) {
		t.Fatalf("answers %v, want %v", statuses, want)
	}
	var got collected
	for deadline := time.After(harness.Patience); got.named("send a mail") == nil || got.named("GET") == nil; {
		select {
		case body := <-came:
			got.add(t, body)
		case <-deadline:
			t.Fatalf("spans are missing among %v", got.spans)
		}
	}
	for name, parts := range map[string][]string{
		"POST /api/token/": {"SELECT auth_user", "wait to hash a password", "hash a password", "transaction",
			"INSERT token_blacklist_outstandingtoken"},
		"GET /hello/":   {"SELECT auth_user"},
		"POST " + reset: {"transaction", "INSERT watchword_outbox"},
		"GET":           nil,
	} {
		span := got.named(name)
		if span == nil {
			t.Errorf("there is no %q", name)
			continue
		}
		if hex.EncodeToString(span.TraceId) != callersTrace || hex.EncodeToString(span.ParentSpanId) != callersSpan {
			t.Errorf("%s is part of trace %x, span %x; want those of the caller", name, span.TraceId, span.ParentSpanId)
		}
		below := got.below(span)
		for _, part := range parts {
			if !slices.Contains(below, part) {
				t.Errorf("%s has no part %q, but %v", name, part, below)
			}
		}
	}
	for _, secret := range []string{ownPassword, access, "mike", address, apiKey, "127.0.0.1", "token=", "of-mike"} {
		if strings.Contains(got.text.String(), secret) {
			t.Errorf("the collector is told %q", secret)
		}
	}
	if !strings.Contains(server.Log(t), `"trace":"`+callersTrace+`"`) {
		t.Error("the log does not name the trace")
	}

	collector.Close()
	if _, without := all(); !slices.Equal(without, statuses) {
		t.Errorf("answers %v without a collector, %v with it", without, statuses)
	}
	server.Terminate(t)
	if n := strings.Count(server.Log(t), "traces are lost"); n != 1 {
		t.Errorf("it was logged %d times that the collector was away, want once", n)
	}
}
