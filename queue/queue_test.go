package queue_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"watchword/models"
	"watchword/queue"
)

var now = time.Date(2026, time.May, 6, 7, 8, 9, 0, time.UTC)

func TestNextTakesARowForALeaseAndTellsOfAnOutageOnce(t *testing.T) {
	var log bytes.Buffer
	one := new(int)
	answers := []error{nil, models.ErrNotFound, errors.New("away"), errors.New("away"), models.ErrNotFound, nil}
	calls := 0
	taker := queue.NewTaker(queue.Config[int]{
		Claim: func(ctx context.Context, from, leaseEnd time.Time) (*int, error) {
			if ctx.Err() != nil || !from.Equal(now) || !leaseEnd.Equal(now.Add(time.Minute)) {
				t.Errorf("claimed from %v to %v with %v", from, leaseEnd, ctx.Err())
			}
			err := answers[calls]
			calls++
			if err != nil {
				return nil, err
			}
			return one, nil
		},
		Lease: time.Minute, Now: func() time.Time { return now }, What: "things",
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	ended, end := context.WithCancel(t.Context())
	end()
	for i, err := range answers {
		if got := taker.Next(ended); (got == one) != (err == nil) {
			t.Errorf("call %d: got %v after %v", i, got, err)
		}
	}
	for _, line := range []string{"the queue of things cannot be read", "the queue of things can be read again"} {
		if got := strings.Count(log.String(), line); got != 1 {
			t.Errorf("%q is logged %d times, want once", line, got)
		}
	}
}

func TestWaitEndsForEachOfItsReasons(t *testing.T) {
	wake := make(chan struct{}, 1)
	wait := func(ctx context.Context, poll time.Duration) {
		queue.NewTaker(queue.Config[int]{Wake: wake, Poll: poll}).Wait(ctx)
	}
	wake <- struct{}{}
	wait(t.Context(), time.Hour)
	wait(t.Context(), time.Millisecond)
	ended, end := context.WithCancel(t.Context())
	end()
	wait(ended, time.Hour)
}

func TestJitteredIsUpToAQuarterLess(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 100 {
		got := queue.Jittered(time.Hour)
		if got > time.Hour || got < 45*time.Minute {
			t.Fatalf("got %v, want from 45 minutes to an hour", got)
		}
		seen[got] = true
	}
	if len(seen) < 2 || queue.Jittered(0) != 0 {
		t.Errorf("%d different values, and %v for nothing", len(seen), queue.Jittered(0))
	}
}
