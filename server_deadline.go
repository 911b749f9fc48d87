package main

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// withDeadline bounds how long h may work on a request.
func withDeadline(h http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := &deadline{Context: r.Context(), at: time.Now().Add(limit)}
		defer d.release()
		*r = *r.WithContext(d) // in place: nobody before us looks at it again
		h.ServeHTTP(w, r)
	})
}

// deadline is the context of a request, which ends at a time, or before that with its parent. Most requests are answered
// by who only asks from time to time whether it has ended; so the timer, and what it takes to hear of the parent's end,
// are made for the first who waits. It is safe for concurrent use.
type deadline struct {
	context.Context // the parent
	at              time.Time

	mu     sync.Mutex
	timed  context.Context // what those wait for who wait; nil: nobody has
	cancel context.CancelFunc
}

// Deadline returns when it ends at the latest.
func (d *deadline) Deadline() (time.Time, bool) {
	if earlier, ok := d.Context.Deadline(); ok && earlier.Before(d.at) {
		return earlier, true
	}
	return d.at, true
}

// Done returns a channel that is closed when it has ended.
func (d *deadline) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timed == nil {
		d.timed, d.cancel = context.WithDeadline(d.Context, d.at)
	}
	return d.timed.Done()
}

// Err returns why it has ended; nil: it has not.
func (d *deadline) Err() error {
	if timed := d.waitedFor(); timed != nil {
		return timed.Err()
	}
	if err := d.Context.Err(); err != nil || time.Now().Before(d.at) {
		return err
	}
	return context.DeadlineExceeded
}

// Value asks what those wait for who wait, so that package context finds it there and needs no goroutine to hear of its
// end; else the parent.
func (d *deadline) Value(key any) any {
	if timed := d.waitedFor(); timed != nil {
		return timed.Value(key)
	}
	return d.Context.Value(key)
}

// waitedFor is timed.
func (d *deadline) waitedFor() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.timed
}

// release stops the timer, if there is one. Whoever still waits is told that it is over.
func (d *deadline) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cancel != nil {
		d.cancel()
	}
}
