package storetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// Throttle keeps counts of what clients do.
type Throttle interface {
	TakeHit(ctx context.Context, key string, limit int, window time.Duration, at time.Time) (wait time.Duration, err error)
	ReturnHit(ctx context.Context, key string, at time.Time) error
	Mark(ctx context.Context, key string, until time.Time) error
	Marked(ctx context.Context, key string, at time.Time) (bool, error)
}

// RunThrottle is what every store of counts must do.
func RunThrottle(t *testing.T, s Throttle) {
	t.Run("the window slides", func(t *testing.T) {
		for _, step := range []struct{ second, wait int }{
			{0, 0}, {20, 0}, {30, 30}, {59, 1}, {60, 0}, {61, 19}, {80, 0}, {81, 39}, {1000, 0},
		} {
			wantWait(t, s, "window", 2, time.Duration(step.second)*time.Second, time.Duration(step.wait)*time.Second)
		}
	})
	t.Run("clocks that differ lose nothing", func(t *testing.T) {
		wantWait(t, s, "clocks", 2, 10*time.Second, 0)
		wantWait(t, s, "clocks", 2, 5*time.Second, 0)
		wantWait(t, s, "clocks", 2, 9*time.Second, 56*time.Second)
		wantWait(t, s, "clocks", 2, 66*time.Second, 0)
	})
	t.Run("keys have counts of their own", func(t *testing.T) {
		wantWait(t, s, "one", 1, 0, 0)
		wantWait(t, s, "other", 1, 0, 0)
		wantWait(t, s, "one", 1, 0, time.Minute)
	})
	t.Run("a use that is taken back leaves room", func(t *testing.T) {
		must(t, s.ReturnHit(t.Context(), key("returned"), moment))
		wantWait(t, s, "returned", 1, 0, 0)
		must(t, s.ReturnHit(t.Context(), key("returned"), moment.Add(time.Second)))
		wantWait(t, s, "returned", 1, time.Second, 59*time.Second)
		must(t, s.ReturnHit(t.Context(), key("returned"), moment))
		wantWait(t, s, "returned", 1, 2*time.Second, 0)
	})
	t.Run("a note is there until its end", func(t *testing.T) {
		wantMarked(t, s, "noted", moment, false)
		must(t, s.Mark(t.Context(), key("noted"), moment.Add(time.Hour)))
		wantMarked(t, s, "noted", moment.Add(59*time.Minute), true)
		wantMarked(t, s, "noted", moment.Add(time.Hour), false)
	})
	t.Run("of many at once no more are let through than may be", func(t *testing.T) {
		const limit = 7
		var counted atomic.Int32
		parallel(t, func(int) error {
			wait, err := s.TakeHit(t.Context(), key("raced"), limit, time.Minute, moment)
			if wait == 0 && err == nil {
				counted.Add(1)
			}
			return err
		})
		if got := counted.Load(); got != limit {
			t.Errorf("%d of %d were let through, want %d", got, callers, limit)
		}
	})
}

// key makes a key of 64 characters.
func key(name string) string {
	for len(name) < 64 {
		name += "."
	}
	return name
}

// wantWait counts a use some time after moment, in a window of a minute.
func wantWait(t *testing.T, s Throttle, name string, limit int, after, want time.Duration) {
	t.Helper()
	got, err := s.TakeHit(t.Context(), key(name), limit, time.Minute, moment.Add(after))
	if err != nil || got != want {
		t.Errorf("after %v: %v, %v; want %v", after, got, err, want)
	}
}

func wantMarked(t *testing.T, s Throttle, name string, at time.Time, want bool) {
	t.Helper()
	if got, err := s.Marked(t.Context(), key(name), at); err != nil || got != want {
		t.Errorf("Marked = %v, %v; want %v", got, err, want)
	}
}
