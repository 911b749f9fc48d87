package tracing

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// requestKey is the attribute with the id of a request, which the log and the answer have, too.
const requestKey = attribute.Key("watchword.request")

// otherMethod is what a span is called whose method clients have made up.
const otherMethod = "HTTP"

// Begin begins the span of a request, which has an id, and returns the context in which it is to be answered. trusted says
// whether its sender is believed what trace it belongs to; with anybody else a trace begins that links to theirs, so that
// nobody can have traces kept, or put something into those of others. Of a stranger's words nothing but those ids is told.
//
// Source: W3C Trace Context, sections 3.2, 4.3 and 6; OpenTelemetry, "Links between spans".
func (t *Tracer) Begin(r *http.Request, id string, trusted bool) context.Context {
	ctx := r.Context()
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(method(r.Method), requestKey.String(id)),
	}
	sender := t.sender(r.Header)
	switch {
	case !sender.IsValid():
	case trusted:
		ctx = trace.ContextWithRemoteSpanContext(ctx, sender)
	default:
		options = append(options, trace.WithLinks(trace.Link{SpanContext: sender.WithTraceState(trace.TraceState{})}))
	}
	ctx, _ = t.spans.Start(ctx, name(r.Method), options...)
	return ctx
}

// End ends the span of a request. ctx is what Begin has returned; route is the pattern of the path, "" for one that is not
// ours.
func (t *Tracer) End(ctx context.Context, method, route string, status int) {
	span := trace.SpanFromContext(ctx)
	defer span.End()
	if !span.IsRecording() {
		return
	}
	if route != "" {
		span.SetName(name(method) + " " + route)
		span.SetAttributes(semconv.HTTPRoute(route))
	}
	span.SetAttributes(semconv.HTTPResponseStatusCode(status))
	if status >= http.StatusInternalServerError {
		span.SetAttributes(semconv.ErrorTypeKey.String(strconv.Itoa(status)))
		span.SetStatus(codes.Error, "")
	}
}

// TraceID returns the id of the trace that ctx is part of, in digits.
func (t *Tracer) TraceID(ctx context.Context) string {
	return trace.SpanContextFromContext(ctx).TraceID().String()
}

// sender is the span that a request says it was sent by.
func (t *Tracer) sender(h http.Header) trace.SpanContext {
	if len(h["Traceparent"]) != 1 {
		return trace.SpanContext{}
	}
	return trace.SpanContextFromContext(t.parents.Extract(context.Background(), propagation.HeaderCarrier(h)))
}

// method is the attribute with the method of a request.
func method(sent string) attribute.KeyValue {
	if !known(sent) {
		return semconv.HTTPRequestMethodOther
	}
	return semconv.HTTPRequestMethodKey.String(sent)
}

// name is what a span is called before its route is known.
func name(method string) string {
	if !known(method) {
		return otherMethod
	}
	return method
}

// known reports whether a method is one of HTTP's.
func known(method string) bool { return slices.Contains(methods[:], method) }

// methods are those of HTTP.
var methods = [...]string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead,
	http.MethodOptions, http.MethodTrace, http.MethodConnect,
}
