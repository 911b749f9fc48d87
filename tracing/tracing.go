// Package tracing tells a collector how requests went: how long each took and what it spent the time on, as traces of
// OpenTelemetry. It is the only package that knows that library. Others have hooks, in words of their own, that a Tracer
// fits into; with an empty hook they do nothing.
//
// A trace says what was done, never to whom: no path but its pattern, no query, no body, no values of statements, no
// address, no text of an error. What the network costs is paid in the background, within bounds; what a collector does
// not take in time is lost.
package tracing

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// The bounds on what waits to be sent. A span takes about a kilobyte.
const (
	maxWaiting = 4096
	maxBatch   = 512
	maxDelay   = 2 * time.Second
	maxStop    = 2 * time.Second // to send what is left when the server stops
)

// scopeName says in traces who has made them.
const scopeName = "watchword"

// Tracer makes traces. It is safe for concurrent use. The zero value is of no use; call New.
type Tracer struct {
	spans    trace.Tracer
	parents  propagation.TraceContext
	provider *sdk.TracerProvider
}

// New returns a Tracer that sends traces where cfg says, which must be valid and on, and begins to. version is that of the
// program. log hears when the collector takes none. Whoever has it must call Stop.
//
// What the process is called beyond its service name, OTEL_RESOURCE_ATTRIBUTES says, which the library reads.
func New(ctx context.Context, cfg Config, version string, log *slog.Logger) (*Tracer, error) {
	described, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv(),
		resource.WithAttributes(semconv.ServiceName(cfg.ServiceName), semconv.ServiceVersion(version)))
	if err != nil { // of what the environment says; the rest is there
		log.Warn("traces do not tell all that the process is called: OTEL_RESOURCE_ATTRIBUTES cannot be read")
	}
	exporter, err := otlptrace.New(ctx, newCollector(cfg, log))
	if err != nil {
		return nil, err
	}
	provider := sdk.NewTracerProvider(
		sdk.WithResource(described),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(cfg.Share))),
		sdk.WithBatcher(exporter, sdk.WithMaxQueueSize(maxWaiting), sdk.WithMaxExportBatchSize(maxBatch),
			sdk.WithBatchTimeout(maxDelay), sdk.WithExportTimeout(sendTimeout)),
	)
	return &Tracer{spans: provider.Tracer(scopeName), provider: provider}, nil
}

// Stop sends what is waiting, for no longer than two seconds, and ends. What begins afterwards is not told.
func (t *Tracer) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), maxStop)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // that nobody took the rest has been logged
}
