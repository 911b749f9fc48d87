package tracing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"watchword/models"
	"watchword/tracing"
)

// receiver is a collector that keeps what it is sent.
type receiver struct {
	*httptest.Server
	requests chan *http.Request
	batches  chan *tracepb.TracesData
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{requests: make(chan *http.Request, 16), batches: make(chan *tracepb.TracesData, 16)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		batch := new(tracepb.TracesData)
		if err := errors.Join(err, proto.Unmarshal(body, batch)); err != nil {
			t.Error(err)
		}
		r.requests <- request
		r.batches <- batch
	}))
	t.Cleanup(r.Close)
	return r
}

// spans returns all spans that it was sent, by their names.
func (r *receiver) spans() map[string]*tracepb.Span {
	found := map[string]*tracepb.Span{}
	for len(r.batches) > 0 {
		for _, resource := range (<-r.batches).ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				for _, span := range scope.Spans {
					found[span.Name] = span
				}
			}
		}
	}
	return found
}

// attributes are those of a span as text, in alphabetical order.
func attributes(span *tracepb.Span) []string {
	var list []string
	for _, a := range span.GetAttributes() {
		value := a.Value.GetStringValue()
		if value == "" {
			value = fmt.Sprint(a.Value.GetIntValue())
		}
		list = append(list, a.Key+"="+value)
	}
	slices.Sort(list)
	return list
}

func newTracer(t *testing.T, cfg tracing.Config, log *slog.Logger) *tracing.Tracer {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	tracer, err := tracing.New(t.Context(), cfg, "1.2.3", log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tracer.Stop)
	return tracer
}

// sentTo is the default Config with an endpoint.
func sentTo(endpoint string) tracing.Config {
	cfg := tracing.DefaultConfig()
	cfg.Endpoint = endpoint
	return cfg
}

const (
	senderTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	senderSpan  = "00f067aa0ba902b7"
)

// request is one that says that a trace has begun; flags says whether it is kept.
func request(t *testing.T, method, flags string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/secret-path/?secret=query", strings.NewReader("secret body"))
	r.Header.Set("Authorization", "secret token")
	r.Header.Set("Traceparent", "00-"+senderTrace+"-"+senderSpan+"-"+flags)
	r.Header.Set("Tracestate", "vendor=state")
	r.Header.Set("Baggage", "secret=baggage")
	return r
}

func TestARequestAndItsPartsAreATrace(t *testing.T) {
	r := newReceiver(t)
	cfg := sentTo(r.URL)
	cfg.Headers = map[string]string{"X-Api-Key": "k"}
	tracer := newTracer(t, cfg, slog.New(slog.DiscardHandler))
	ctx := tracer.Begin(request(t, "POST", "01"), "request-1", true)
	if got := tracer.TraceID(ctx); got != senderTrace {
		t.Errorf("trace %s, want that of the sender", got)
	}
	part, end := tracer.Work(ctx, "work")
	_, endQuery := tracer.Query(part, "sqlite", "SELECT", "auth_user")
	endQuery(fmt.Errorf("secret detail: %w", models.ErrUnavailable))
	end(nil)
	tracer.End(ctx, "POST", "/login/", 503)
	tracer.Stop()

	sent := <-r.requests
	if got := sent.Method + " " + sent.URL.Path; got != "POST /v1/traces" {
		t.Errorf("sent to %s", got)
	}
	if got := sent.Header.Get("Content-Type") + " " + sent.Header.Get("X-Api-Key"); got != "application/x-protobuf k" {
		t.Errorf("sent as %s", got)
	}
	batch := <-r.batches
	if strings.Contains(batch.String(), "secret") {
		t.Errorf("it tells secrets: %v", batch)
	}
	for _, want := range []string{`"service.name" value:{string_value:"watchword"}`, `string_value:"1.2.3"`} {
		if text := strings.ReplaceAll(batch.ResourceSpans[0].Resource.String(), "  ", " "); !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	r.batches <- batch
	spans := r.spans()
	server, work, query := spans["POST /login/"], spans["work"], spans["SELECT auth_user"]
	if server == nil || work == nil || query == nil {
		t.Fatalf("spans: %v", spans)
	}
	for _, span := range spans {
		if got := fmt.Sprintf("%x", span.TraceId); got != senderTrace {
			t.Errorf("%s is in trace %s, want that of the sender", span.Name, got)
		}
	}
	if got := fmt.Sprintf("%x", server.ParentSpanId); got != senderSpan {
		t.Errorf("the parent of the request is %s, want the sender", got)
	}
	if !bytes.Equal(work.ParentSpanId, server.SpanId) || !bytes.Equal(query.ParentSpanId, work.SpanId) {
		t.Errorf("parts have other parents: %v", spans)
	}
	for _, test := range []struct {
		span       *tracepb.Span
		kind       tracepb.Span_SpanKind
		status     tracepb.Status_StatusCode
		attributes []string
	}{
		{server, tracepb.Span_SPAN_KIND_SERVER, tracepb.Status_STATUS_CODE_ERROR, []string{"error.type=503", "http.request.method=POST",
			"http.response.status_code=503", "http.route=/login/", "watchword.request=request-1"}},
		{work, tracepb.Span_SPAN_KIND_INTERNAL, tracepb.Status_STATUS_CODE_UNSET, nil},
		{query, tracepb.Span_SPAN_KIND_CLIENT, tracepb.Status_STATUS_CODE_ERROR, []string{"db.collection.name=auth_user",
			"db.operation.name=SELECT", "db.system.name=sqlite", "error.type=unavailable"}},
	} {
		if got := attributes(test.span); !slices.Equal(got, test.attributes) {
			t.Errorf("%s has %v, want %v", test.span.Name, got, test.attributes)
		}
		if test.span.Kind != test.kind || test.span.GetStatus().GetCode() != test.status {
			t.Errorf("%s is %v, %v", test.span.Name, test.span.Kind, test.span.Status)
		}
	}
}

func TestStrangersBeginTracesOfTheirOwn(t *testing.T) {
	r := newReceiver(t)
	tracer := newTracer(t, sentTo(r.URL), slog.New(slog.DiscardHandler))
	ctx := tracer.Begin(request(t, "GET", "00"), "id", false)
	tracer.End(ctx, "GET", "/me/", 200)
	id := tracer.TraceID(ctx)
	twice := request(t, "GET", "01")
	twice.Header.Add("Traceparent", twice.Header.Get("Traceparent"))
	tracer.End(tracer.Begin(twice, "id", true), "GET", "/twice/", 200)
	tracer.Stop()
	spans := r.spans()
	span := spans["GET /me/"]
	if id == senderTrace || fmt.Sprintf("%x", span.GetTraceId()) != id || len(span.GetParentSpanId()) != 0 {
		t.Fatalf("trace %s: %v", id, span)
	}
	if len(span.Links) != 1 || fmt.Sprintf("%x", span.Links[0].TraceId) != senderTrace || span.Links[0].TraceState != "" {
		t.Errorf("it links to %v, want the sender", span.Links)
	}
	if span := spans["GET /twice/"]; span == nil || len(span.ParentSpanId)+len(span.Links) != 0 {
		t.Errorf("a header that came twice was believed: %v", span)
	}
}

func TestWhatIsNotKeptHasNoParts(t *testing.T) {
	r := newReceiver(t)
	cfg := sentTo(r.URL)
	cfg.Share = 0
	tracer := newTracer(t, cfg, slog.New(slog.DiscardHandler))
	for _, ctx := range []context.Context{
		t.Context(), tracer.Begin(request(t, "GET", "00"), "id", true), tracer.Begin(request(t, "GET", "01"), "id", false),
	} {
		if inner, _ := tracer.Work(ctx, "work"); inner != ctx {
			t.Error("a part has begun")
		}
		if inner, _ := tracer.Query(ctx, "sqlite", "SELECT", "t"); inner != ctx {
			t.Error("a query has begun")
		}
	}
	tracer.End(tracer.Begin(request(t, "GET", "01"), "id", true), "GET", "/kept/", 200) // its proxy wants it
	tracer.Stop()
	if spans := r.spans(); len(spans) != 1 || spans["GET /kept/"] == nil {
		t.Errorf("spans: %v", spans)
	}
}

func TestJobsAreTracesAndErrorsHaveKinds(t *testing.T) {
	r := newReceiver(t)
	tracer := newTracer(t, sentTo(r.URL), slog.New(slog.DiscardHandler))
	kinds := map[string]error{
		"": models.ErrNotFound, "conflict": models.ErrConflict, "ended": context.Canceled, "other": errors.New("secret"),
		"busy": busy{},
	}
	for kind, err := range kinds {
		_, end := tracer.Job(t.Context(), "job "+kind, 7)
		end(err)
	}
	tracer.End(tracer.Begin(request(t, "SECRET", "01"), "id", false), "SECRET", "", 404)
	tracer.Stop()
	spans := r.spans()
	for kind := range kinds {
		want := []string{"watchword.job=7"}
		if kind != "" {
			want = []string{"error.type=" + kind, "watchword.job=7"}
		}
		if got := attributes(spans["job "+kind]); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", kind, got, want)
		}
	}
	want := []string{"http.request.method=_OTHER", "http.response.status_code=404", "watchword.request=id"}
	if got := attributes(spans["HTTP"]); !slices.Equal(got, want) {
		t.Errorf("a made-up method: %v, want %v", got, want)
	}
}

// busy is an error of somebody who may be asked again.
type busy struct{}

func (busy) Error() string             { return "secret" }
func (busy) RetryAfter() time.Duration { return time.Second }

func TestTheEnvironmentSaysWhatTheProcessIsCalled(t *testing.T) {
	for value, want := range map[string]struct {
		told   string
		logged bool
	}{"deployment.environment.name=test": {"deployment.environment.name", false}, "nonsense": {"service.version", true}} {
		t.Setenv("OTEL_RESOURCE_ATTRIBUTES", value)
		r, log := newReceiver(t), new(bytes.Buffer)
		tracer := newTracer(t, sentTo(r.URL), slog.New(slog.NewTextHandler(log, nil)))
		_, end := tracer.Job(t.Context(), "job", 1)
		end(nil)
		tracer.Stop()
		if text := (<-r.batches).String(); !strings.Contains(text, want.told) {
			t.Errorf("%q: %s is not told: %s", value, want.told, text)
		}
		if got := log.Len() > 0; got != want.logged {
			t.Errorf("%q: logged %q", value, log)
		}
	}
}

func TestSettingFaults(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*tracing.Config)
		want   string
	}{
		"off":               {func(c *tracing.Config) { c.Endpoint = "" }, ""},
		"http":              {func(*tracing.Config) {}, ""},
		"a path":            {func(c *tracing.Config) { c.Endpoint = "https://example.com/otlp/v1/traces?x=y" }, ""},
		"no scheme":         {func(c *tracing.Config) { c.Endpoint = "127.0.0.1:4318" }, "TRACES_ENDPOINT"},
		"another scheme":    {func(c *tracing.Config) { c.Endpoint = "grpc://127.0.0.1:4317" }, "TRACES_ENDPOINT"},
		"a password":        {func(c *tracing.Config) { c.Endpoint = "http://u:hunter2@127.0.0.1" }, "TRACES_ENDPOINT"},
		"no header":         {func(c *tracing.Config) { c.Headers = map[string]string{"a b": "hunter2"} }, "TRACES_HEADERS"},
		"two headers":       {func(c *tracing.Config) { c.Headers = map[string]string{"a": "hunter2\r\nb: c"} }, "TRACES_HEADERS"},
		"no name":           {func(c *tracing.Config) { c.ServiceName = "" }, "TRACES_SERVICE_NAME"},
		"more than all":     {func(c *tracing.Config) { c.Share = 1.5 }, "TRACES_SHARE"},
		"less than nothing": {func(c *tracing.Config) { c.Share = -1 }, "TRACES_SHARE"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := sentTo("http://127.0.0.1:4318")
			test.change(&cfg)
			err := cfg.Validate()
			if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v tells a secret", err)
			}
		})
	}
}

func TestPlainIsWhatOthersCanRead(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"": false, "http://localhost:4318": false, "http://[::1]:4318": false, "http://collector:4318": true,
		"https://example.com": false,
	} {
		if got := sentTo(endpoint).Plain(); got != want {
			t.Errorf("%q: got %v, want %v", endpoint, got, want)
		}
	}
}
