package tracing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

const (
	sendTimeout     = 5 * time.Second // for one batch
	complainAgain   = time.Minute     // at the earliest
	maxAnswer       = 4 << 10         // bytes that are read of an answer
	maxAnswerHeader = 16 << 10
)

// collector posts traces. A batch that is not taken is lost, and the log told, at most once a minute.
//
// The library's own client over HTTP would do, but for the five megabytes of gRPC that it brings. A TracesData is on the
// wire what the protocol calls an ExportTraceServiceRequest: both have one field, of the same number and type.
//
// Source: OTLP specification 1.5, "OTLP/HTTP"; opentelemetry/proto/trace/v1/trace.proto.
type collector struct {
	url    string
	header http.Header
	client *http.Client
	log    *slog.Logger
	now    func() time.Time

	mu         sync.Mutex
	lost       int       // spans since the last complaint
	complained time.Time // zero: all is well
}

var _ otlptrace.Client = (*collector)(nil)

// newCollector returns a client of the collector of cfg.
func newCollector(cfg Config, log *slog.Logger) *collector {
	header := cfg.header()
	header.Set("Content-Type", "application/x-protobuf")
	header.Set("User-Agent", "Watchword")
	return &collector{
		url: cfg.url(), header: header, log: log, now: time.Now,
		client: &http.Client{
			Timeout: sendTimeout,
			Transport: &http.Transport{
				Proxy:                  http.ProxyFromEnvironment,
				MaxIdleConnsPerHost:    1,
				IdleConnTimeout:        time.Minute,
				MaxResponseHeaderBytes: maxAnswerHeader,
				DisableCompression:     true,
				ForceAttemptHTTP2:      true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Start implements otlptrace.Client. Connections are made when there is something to send.
func (c *collector) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (c *collector) Stop(context.Context) error {
	c.client.CloseIdleConnections()
	return nil
}

// UploadTraces implements otlptrace.Client. It returns no error: the library would print it wherever it likes.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	err := c.post(ctx, &tracepb.TracesData{ResourceSpans: spans})
	if err == nil {
		c.recovered()
		return nil
	}
	c.complain(err, count(spans))
	return nil
}

// post sends a batch. Its error repeats nothing that the collector said.
func (c *collector) post(ctx context.Context, batch *tracepb.TracesData) error {
	body, err := proto.Marshal(batch)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = c.header.Clone()
	answer, err := c.client.Do(r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // so that the connection can be used again
	_ = answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	return nil
}

// complain logs that spans were lost, unless it has lately.
func (c *collector) complain(cause error, spans int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost += spans
	now := c.now()
	if !c.complained.IsZero() && now.Sub(c.complained) < complainAgain {
		return
	}
	c.log.Warn("traces are lost: their collector does not take them", "spans", c.lost, "error", reason(cause))
	c.complained, c.lost = now, 0
}

// recovered logs that traces are taken again, if that is news.
func (c *collector) recovered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.complained.IsZero() {
		return
	}
	c.log.Info("traces are taken again", "lost", c.lost)
	c.complained, c.lost = time.Time{}, 0
}

// reason is why a batch was not taken, without the URL, which may have a secret in it.
func reason(cause error) string {
	var wrapped *url.Error
	if errors.As(cause, &wrapped) {
		return wrapped.Err.Error()
	}
	return cause.Error()
}

// count is how many spans there are.
func count(batch []*tracepb.ResourceSpans) (n int) {
	for _, resource := range batch {
		for _, scope := range resource.GetScopeSpans() {
			n += len(scope.GetSpans())
		}
	}
	return n
}
