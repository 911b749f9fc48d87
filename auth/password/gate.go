package password

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// GateConfig bounds how many hashes are made at a time, and how many may wait.
type GateConfig struct {
	// Parallel is how many hashes are made at a time; 0 means GOMAXPROCS. Memory grows with it.
	Parallel int `setting:"PARALLEL" help:"Passwords hashed at a time; 0: one per core"`
	// Queue is how many more may wait; 0 means four times Parallel.
	Queue int `setting:"QUEUE" help:"Requests that may wait to hash; 0: four per core"`
	// Wait is how long one of them waits at most.
	Wait time.Duration `setting:"WAIT" help:"How long a request waits to hash before it is answered 503"`
}

// DefaultGateConfig returns one hash per core, four waiting for each, for two seconds.
func DefaultGateConfig() GateConfig { return GateConfig{Wait: 2 * time.Second} }

// Validate reports negative numbers and a wait of no time.
func (c GateConfig) Validate() error {
	var faults []error
	if c.Parallel < 0 {
		faults = append(faults, errors.New("PASSWORD_GATE.PARALLEL must not be negative"))
	}
	if c.Queue < 0 {
		faults = append(faults, errors.New("PASSWORD_GATE.QUEUE must not be negative"))
	}
	if c.Wait <= 0 {
		faults = append(faults, errors.New("PASSWORD_GATE.WAIT must be positive"))
	}
	return errors.Join(faults...)
}

// Busy is the error of a Gate that is full: the work has not been done, and the client may ask again.
type Busy struct{ after time.Duration }

// Error describes the error for logs and tests.
func (b *Busy) Error() string {
	return fmt.Sprintf("password: too many hashes at once, retry after %v", b.after)
}

// RetryAfter is when to ask again.
func (b *Busy) RetryAfter() time.Duration { return b.after }

// Gate lets a bounded number of goroutines work at a time and a bounded number wait.
//
// A Gate bounds the load, not the delay of other requests: see Threads.
type Gate struct {
	places  chan struct{} // held by all who work or wait
	permits chan struct{} // held by those who work
	wait    time.Duration
	refused atomic.Uint64
	tracer  Tracer // nil: nobody hears of it
	room    Room   // nil: as it comes
}

// Tracer hears what the time was spent on. It must be safe for concurrent use.
type Tracer interface {
	// Work tells that a part of what is done in ctx begins, and returns the context of that part. end is called at its end,
	// with the error if there is one.
	Work(ctx context.Context, name string) (inner context.Context, end func(err error))
}

// What tracers hear of.
const (
	waitWork = "wait to hash a password"
	hashWork = "hash a password"
)

// GateStats is how a Gate is doing.
type GateStats struct {
	Working, Waiting int    // at the moment
	Refused          uint64 // how often it was Busy, since it was made
}

// Stats returns how g is doing.
func (g *Gate) Stats() GateStats {
	working := len(g.permits)
	return GateStats{Working: working, Waiting: max(len(g.places)-working, 0), Refused: g.refused.Load()}
}

// busy is the error for who is not let in.
func (g *Gate) busy() error {
	g.refused.Add(1)
	return &Busy{after: g.wait}
}

// NewGate returns a Gate.
func NewGate(cfg GateConfig) *Gate {
	if cfg.Parallel == 0 {
		cfg.Parallel = runtime.GOMAXPROCS(0)
	}
	if cfg.Queue == 0 {
		cfg.Queue = 4 * cfg.Parallel
	}
	return &Gate{
		places:  make(chan struct{}, cfg.Parallel+cfg.Queue),
		permits: make(chan struct{}, cfg.Parallel),
		wait:    cfg.Wait,
	}
}

// Do runs work when it is its turn, in the order of arrival. It returns *Busy without having run it when the queue is
// full or the wait over, and the error of ctx when that ends first. Work that has begun is carried to its end, and
// holds its permit until then, also when ctx has ended: clients that go away make no room for more.
func (g *Gate) Do(ctx context.Context, work func()) error {
	select {
	case g.places <- struct{}{}:
		defer func() { <-g.places }()
	default:
		return g.busy()
	}
	if err := g.traced(ctx, waitWork, func() error { return g.enter(ctx) }); err != nil {
		return err
	}
	defer func() { <-g.permits }()
	return g.traced(ctx, hashWork, func() error {
		if g.room != nil {
			g.room.Enter()
			defer g.room.Leave()
		}
		work()
		return nil
	})
}

// traced does something that the tracer hears of.
func (g *Gate) traced(ctx context.Context, name string, do func() error) error {
	if g.tracer == nil {
		return do()
	}
	_, end := g.tracer.Work(ctx, name)
	err := do()
	end(err)
	return err
}

// enter waits for a permit.
func (g *Gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(g.wait)
	defer timer.Stop()
	select {
	case g.permits <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return g.busy()
	}
}
