package password

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fill starts n goroutines that work until release is closed. It returns when each of them works or waits.
func fill(ctx context.Context, g *Gate, n int, release chan struct{}) *sync.WaitGroup {
	var all sync.WaitGroup
	for range n {
		all.Go(func() { _ = g.Do(ctx, func() { <-release }) })
	}
	synctest.Wait()
	return &all
}

func TestGateLetsSoManyWorkAndTheOthersAfterThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateConfig{Parallel: 3, Queue: 97, Wait: time.Minute})
		var now, done atomic.Int64
		var full atomic.Bool
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				err := g.Do(t.Context(), func() {
					switch n := now.Add(1); {
					case n == 3:
						full.Store(true)
					case n > 3:
						t.Errorf("%d at a time", n)
					}
					time.Sleep(time.Second)
					now.Add(-1)
					done.Add(1)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if !full.Load() || done.Load() != 100 {
			t.Errorf("three at a time: %v; %d in all, want 100", full.Load(), done.Load())
		}
	})
}

func TestGateRefusesWhenTheQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateConfig{Parallel: 1, Queue: 2, Wait: time.Minute})
		release := make(chan struct{})
		all := fill(t.Context(), g, 3, release)
		start := time.Now()
		var busy *Busy
		if err := g.Do(t.Context(), func() { t.Error("worked") }); !errors.As(err, &busy) || busy.RetryAfter() <= 0 {
			t.Errorf("got %v, want *Busy", err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v", waited)
		}
		if got, want := g.Stats(), (GateStats{Working: 1, Waiting: 2, Refused: 1}); got != want {
			t.Errorf("the gate has %+v, want %+v", got, want)
		}
		close(release)
		all.Wait()
		if err := g.Do(t.Context(), func() {}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestGateRefusesWhenTheWaitIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateConfig{Parallel: 1, Queue: 1, Wait: 2 * time.Second})
		release := make(chan struct{})
		all := fill(t.Context(), g, 1, release)
		start := time.Now()
		var busy *Busy
		if err := g.Do(t.Context(), func() { t.Error("worked") }); !errors.As(err, &busy) {
			t.Errorf("got %v, want *Busy", err)
		}
		if waited := time.Since(start); waited != 2*time.Second {
			t.Errorf("waited %v, want 2s", waited)
		}
		close(release)
		all.Wait()
	})
}

func TestClientThatGoesAwayLeavesTheQueueButNotItsWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateConfig{Parallel: 1, Queue: 1, Wait: time.Minute})
		release := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		all := fill(ctx, g, 2, release)
		cancel()
		synctest.Wait()
		if len(g.permits) != 1 || len(g.places) != 1 {
			t.Errorf("got %d permits and %d places held, want 1 and 1", len(g.permits), len(g.places))
		}
		close(release)
		all.Wait()
		if len(g.permits) != 0 || len(g.places) != 0 {
			t.Errorf("afterwards: got %d permits and %d places held", len(g.permits), len(g.places))
		}
	})
}

func TestGateIsFreeAgainAfterAPanic(t *testing.T) {
	g := NewGate(GateConfig{Parallel: 1, Queue: 1, Wait: time.Minute})
	func() {
		defer func() { _ = recover() }()
		_ = g.Do(t.Context(), func() { panic("work") })
	}()
	if err := g.Do(t.Context(), func() {}); err != nil {
		t.Error(err)
	}
}

// heard is a tracer that writes down what ended.
type heard struct{ ended []string }

func (h *heard) Work(ctx context.Context, name string) (context.Context, func(error)) {
	return ctx, func(err error) {
		if err != nil {
			name += ": refused"
		}
		h.ended = append(h.ended, name)
	}
}

func TestTracersHearOfTheWaitAndTheHash(t *testing.T) {
	tracer := new(heard)
	cfg := DefaultConfig()
	cfg.Tracer, cfg.Gate.Parallel = tracer, 1
	r, err := NewRegistry(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Dummy(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Dummy(ended, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
	want := []string{waitWork, hashWork, waitWork + ": refused"}
	if !slices.Equal(tracer.ended, want) {
		t.Errorf("heard %q, want %q", tracer.ended, want)
	}
}
