package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"watchword/auth/password"
	"watchword/metrics"
	"watchword/models/gormstore"
)

// metricsConfig is where the server says how it is doing.
type metricsConfig struct {
	Listen string `setting:"METRICS_LISTEN" help:"The address at which /metrics is told, in Prometheus' format: host:port, where only your monitoring can reach it. Empty: nowhere. See docs/operations.md."`
}

// validate returns what is wrong with it. listen is where the server itself listens.
func (c metricsConfig) validate(listen string) error {
	if c.Listen == "" {
		return nil
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		return fmt.Errorf("METRICS_LISTEN: must be host:port, as in 127.0.0.1:9464, not %q", c.Listen)
	}
	if c.Listen == listen {
		return errors.New("METRICS_LISTEN: must not be LISTEN: everybody would read it there")
	}
	return nil
}

// public reports whether other machines can ask for the metrics.
func (c metricsConfig) public() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	return err == nil && host != "localhost" && !net.ParseIP(host).IsLoopback()
}

// newMetrics returns what counts, or nil where nobody is told.
func newMetrics(s *Settings, store *gormstore.Store, passwords *password.Registry) *metrics.Metrics {
	if s.Metrics.Listen == "" {
		return nil
	}
	m := metrics.New()
	m.Gauge("watchword_hashes_working", func() float64 { return float64(passwords.Stats().Working) })
	m.Gauge("watchword_hashes_waiting", func() float64 { return float64(passwords.Stats().Waiting) })
	m.CounterOf("watchword_hashes_refused_total", func() uint64 { return passwords.Stats().Refused })
	m.Queues(time.Now, metrics.Queue{Name: "mail", Backlog: store.MailBacklog},
		metrics.Queue{Name: "webhook", Backlog: store.WebhookBacklog})
	m.Rows(time.Now, store.RowEstimates)
	return m
}

// sweeps returns what counts the rows that the janitor deletes; nil where m is.
func sweeps(m *metrics.Metrics) func(task string, rows int) {
	if m == nil {
		return nil
	}
	return func(task string, rows int) {
		m.Counter(fmt.Sprintf("watchword_janitor_deleted_rows_total{kind=%q}", task)).Add(rows)
		m.Counter(fmt.Sprintf("watchword_janitor_sweeps_total{kind=%q}", task)).Inc()
	}
}

// listenForMetrics opens the address of the metrics; nil where they are not told.
func (s *server) listenForMetrics(ctx context.Context, cfg metricsConfig) (net.Listener, error) {
	if s.metrics == nil {
		return nil, nil
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (%w); set METRICS_LISTEN to another address", cfg.Listen, cause(err))
	}
	return listener, nil
}

// tellMetrics returns the task that tells the metrics on listener; nil tells nobody.
func (s *server) tellMetrics(listener net.Listener, log *slog.Logger) task {
	return func(ctx context.Context) {
		if listener == nil {
			return
		}
		web := &http.Server{
			Handler: s.metrics.Handler(), ReadTimeout: headerTimeout, WriteTimeout: answerTimeout, IdleTimeout: idleTimeout,
			MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		}
		stop := context.AfterFunc(ctx, func() { _ = web.Close() })
		defer stop()
		if err := web.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			log.Error("the metrics are not told any more", "error", err)
		}
	}
}
