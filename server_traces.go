package main

import (
	"context"
	"log/slog"

	"watchword/models/gormstore"
	"watchword/tracing"
)

// trace begins to send traces, if that is set, and has every part that is yet to be made from s told of them, and the
// store. stop sends the last of them; it must be called.
func (s *Settings) trace(ctx context.Context, store *gormstore.Store, log *slog.Logger) (stop func(), err error) {
	if !s.Traces.On() {
		return func() {}, nil
	}
	version, _ := buildVersion()
	tracer, err := tracing.New(ctx, s.Traces, version, log)
	if err != nil {
		return nil, err
	}
	s.Site.Tracer, s.Password.Tracer, s.Outbox.Tracer, s.Webhooks.Tracer = tracer, tracer, tracer, tracer
	return tracer.Stop, store.Trace(tracer)
}
