package metrics

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// bounds are where the buckets of durations end: from a check of a signature to the longest that a request may take.
var bounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second,
	2500 * time.Millisecond, 10 * time.Second,
}

// histogram counts durations in buckets. The library's own histograms are not in Prometheus' form.
type histogram struct {
	buckets [len(bounds) + 1]atomic.Uint64 // each without those below it; the last has no end
	sum     atomic.Int64                   // nanoseconds
}

// observe counts one duration.
func (h *histogram) observe(d time.Duration) {
	i := 0
	for i < len(bounds) && d > bounds[i] {
		i++
	}
	h.buckets[i].Add(1)
	h.sum.Add(int64(d))
}

// write writes h as Prometheus has it: every bucket with those below it.
func (h *histogram) write(w io.Writer, name, labels string) {
	var count uint64
	for i := range h.buckets {
		count += h.buckets[i].Load()
		end := "+Inf"
		if i < len(bounds) {
			end = decimal(bounds[i])
		}
		_, _ = fmt.Fprintf(w, "%s_bucket{%s,le=%q} %d\n", name, labels, end, count)
	}
	_, _ = fmt.Fprintf(w, "%s_sum{%s} %s\n", name, labels, decimal(time.Duration(h.sum.Load())))
	_, _ = fmt.Fprintf(w, "%s_count{%s} %d\n", name, labels, count)
}

// decimal writes d in seconds.
func decimal(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// writeDurations writes the histograms of all routes, in order.
func writeDurations(w io.Writer, name string, routes map[string]*histogram) {
	if len(routes) == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "# HELP %s\n# TYPE %s histogram\n", name, name)
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		routes[route].write(w, name, fmt.Sprintf("route=%q", route))
	}
}
