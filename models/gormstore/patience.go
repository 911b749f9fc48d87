package gormstore

import (
	"context"
	"sync"
	"time"
)

// patience is a context that ends after a time, for a wait that is nearly always over before it began. It is used again
// and again, where context.WithTimeout makes five objects and enters them with its parent: a tenth of a lookup. It does
// not hear of its caller's end.
type patience struct {
	context.Context // without values

	timer *time.Timer
	until time.Time
	over  chan struct{}
}

var _ context.Context = (*patience)(nil)

// Deadline implements context.Context.
func (p *patience) Deadline() (time.Time, bool) { return p.until, true }

// Done implements context.Context.
func (p *patience) Done() <-chan struct{} { return p.over }

// Err implements context.Context.
func (p *patience) Err() error {
	select {
	case <-p.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// patiences keeps those that nobody uses. The zero value is ready, and safe for concurrent use.
type patiences struct{ idle sync.Pool }

// take returns a patience that ends at a time. It must be given back, and not be used after that.
func (ps *patiences) take(limit time.Duration) *patience {
	until := time.Now().Add(limit) //nolint:forbidigo // the clock of timers
	if p, ok := ps.idle.Get().(*patience); ok {
		p.until = until
		p.timer.Reset(limit)
		return p
	}
	p := &patience{Context: context.Background(), until: until, over: make(chan struct{})}
	p.timer = time.AfterFunc(limit, func() { close(p.over) })
	return p
}

// give takes p back, unless it has ended.
func (ps *patiences) give(p *patience) {
	if p.timer.Stop() {
		ps.idle.Put(p)
	}
}
