// Package metrics counts what the server does, and tells it in Prometheus' text format. Nothing of it is secret, and no
// label has a value that clients choose: paths are patterns, methods those of HTTP.
//
// Counting takes a look into a map and two additions; measuring the queues is left to the moment of telling.
package metrics

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
)

// The names of what is counted, but for those of Go and the process.
const (
	requestsName  = "watchword_requests_total"
	durationsName = "watchword_request_duration_seconds"
)

// otherRoute and otherMethod stand for all that are not ours.
const (
	otherRoute  = "(none)"
	otherMethod = "other"
)

// Path is where Handler tells.
const Path = "/metrics"

// Metrics is all that is counted. It is safe for concurrent use.
type Metrics struct {
	set       *vm.Set
	requests  *cache[request, *vm.Counter]
	durations *cache[string, *histogram] // by route
	counters  *cache[string, *vm.Counter]
}

// request is what requests are counted by.
type request struct {
	route, method string
	status        int
}

// New returns Metrics that have counted nothing.
func New() *Metrics {
	vm.ExposeMetadata(true) // the library has this for all sets at once
	m := &Metrics{set: vm.NewSet()}
	m.requests = newCache(func(r request) *vm.Counter {
		return m.set.NewCounter(fmt.Sprintf("%s{route=%q,method=%q,status=\"%d\"}", requestsName, r.route, r.method, r.status))
	})
	m.durations = newCache(func(string) *histogram { return new(histogram) })
	m.counters = newCache(m.set.NewCounter)
	return m
}

// Served counts a request that was answered. route is a pattern, "" for a path that is not ours.
func (m *Metrics) Served(route, method string, status int, took time.Duration) {
	if route == "" {
		route = otherRoute
	}
	m.requests.get(request{route, known(method), status}).Inc()
	m.durations.get(route).observe(took)
}

// Counter returns the counter of that name, which may have labels in braces, and makes it if need be. Names must be of a
// bounded number.
func (m *Metrics) Counter(name string) *vm.Counter { return m.counters.get(name) }

// Gauge makes something that goes up and down be told. value is asked whenever somebody wants to know.
func (m *Metrics) Gauge(name string, value func() float64) { m.set.NewGauge(name, value) }

// CounterOf makes something that only grows be told that is counted elsewhere. value is asked whenever somebody wants to
// know.
func (m *Metrics) CounterOf(name string, value func() uint64) {
	m.set.RegisterMetricsWriter(func(w io.Writer) { vm.WriteCounterUint64(w, name, value()) })
}

// Handler tells at Path.
//
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.Write(w)
	})
	return mux
}

// Write tells everything.
func (m *Metrics) Write(w io.Writer) {
	m.set.WritePrometheus(w)
	writeDurations(w, durationsName, m.durations.all())
	vm.WriteProcessMetrics(w)
}

// known is method if it is one of HTTP's.
func known(method string) string {
	if slices.Contains(methods[:], method) {
		return method
	}
	return otherMethod
}

// methods are those of HTTP.
var methods = [...]string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead,
	http.MethodOptions, http.MethodTrace, http.MethodConnect,
}
