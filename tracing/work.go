package tracing

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"watchword/models"
)

// jobKey is the attribute with the number of what a worker sends, by which the log calls it, too.
const jobKey = attribute.Key("watchword.job")

// The kinds of errors that are told; of their texts nothing is, for there may be anything in them.
const (
	kindUnavailable = "unavailable"
	kindConflict    = "conflict"
	kindBusy        = "busy"
	kindEnded       = "ended" // the request has, or its time
	kindOther       = "other"
)

// Work begins the span of a part of what is done in ctx. It returns the context of that part, and what is to be called at
// its end, with its error. Outside of a trace that is kept it does nothing.
func (t *Tracer) Work(ctx context.Context, name string) (inner context.Context, end func(error)) {
	return t.part(ctx, name, trace.SpanKindInternal)
}

// Query is Work for something that a database is asked: a statement or a transaction. system is sqlite or postgresql,
// operation the first word of the statement, table what it is about, or "".
//
// Source: OpenTelemetry, "Semantic conventions for database client spans".
func (t *Tracer) Query(ctx context.Context, system, operation, table string) (inner context.Context, end func(error)) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, ignore
	}
	name, attributes := operation, []attribute.KeyValue{
		semconv.DBSystemNameKey.String(system), semconv.DBOperationName(operation),
	}
	if table != "" {
		name += " " + table
		attributes = append(attributes, semconv.DBCollectionName(table))
	}
	return t.part(ctx, name, trace.SpanKindClient, attributes...)
}

// Job begins a trace of what a worker does about the row of that number, in the background, which is sent somewhere.
func (t *Tracer) Job(ctx context.Context, name string, row int64) (inner context.Context, end func(error)) {
	ctx, span := t.spans.Start(ctx, name, trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(jobKey.Int64(row)))
	return ctx, ending(span)
}

// part begins a span within a trace that is kept.
func (t *Tracer) part(ctx context.Context, name string, kind trace.SpanKind, attributes ...attribute.KeyValue) (
	context.Context, func(error)) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, ignore
	}
	ctx, span := t.spans.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(attributes...))
	return ctx, ending(span)
}

// ignore ends what has not begun.
func ignore(error) {}

// ending returns what ends a span.
func ending(span trace.Span) func(error) {
	return func(err error) {
		defer span.End()
		kind := kindOf(err)
		if kind == "" {
			return
		}
		span.SetAttributes(semconv.ErrorTypeKey.String(kind))
		if kind != kindConflict { // which is an answer
			span.SetStatus(codes.Error, "")
		}
	}
}

// kindOf is the kind of an error; "" for none, and for a row that was looked for and is not there.
func kindOf(err error) string {
	var busy interface {
		error
		RetryAfter() time.Duration
	}
	switch {
	case err == nil, errors.Is(err, models.ErrNotFound):
		return ""
	case errors.Is(err, models.ErrConflict):
		return kindConflict
	case errors.Is(err, models.ErrUnavailable):
		return kindUnavailable
	case errors.As(err, &busy):
		return kindBusy
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return kindEnded
	}
	return kindOther
}
