package janitor_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"watchword/janitor"
	"watchword/models/gormstore/gormtest"
)

var moment = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

// rows is a task that has so many expired rows left.
type rows struct {
	left    atomic.Int64
	batches atomic.Int64
	err     error
}

func (r *rows) sweep(_ context.Context, _ time.Time, limit int) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	r.batches.Add(1)
	n := min(int64(limit), r.left.Load())
	r.left.Add(-n)
	return int(n), nil
}

// at returns settings with a clock that stands still.
func at(now time.Time) janitor.Config {
	cfg := janitor.DefaultConfig()
	cfg.Batch, cfg.Pause = 2, 0
	cfg.Now = func() time.Time { return now }
	return cfg
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestSweepGoesOnUntilNothingIsLeft(t *testing.T) {
	var logged bytes.Buffer
	first, broken, last := &rows{}, &rows{err: errors.New("out of order")}, &rows{}
	first.left.Store(5)
	last.left.Store(4)
	cfg, swept := at(moment), map[string]int{}
	cfg.Swept = func(task string, rows int) { swept[task] += rows }
	j := janitor.New(cfg, gormtest.SQLite(t), slog.New(slog.NewTextHandler(&logged, nil)),
		janitor.Task{Name: "first", Sweep: first.sweep}, janitor.Task{Name: "broken", Sweep: broken.sweep},
		janitor.Task{Name: "last", Sweep: last.sweep})
	j.Sweep(t.Context())
	for name, want := range map[*rows]int64{first: 3, last: 3} { // a last batch finds that nothing is left
		if name.left.Load() != 0 || name.batches.Load() != want {
			t.Errorf("%d left after %d batches, want 0 after %d", name.left.Load(), name.batches.Load(), want)
		}
	}
	if len(swept) != 2 || swept["first"] != 5 || swept["last"] != 4 {
		t.Errorf("told of %v, want 5 first and 4 last", swept)
	}
	for _, want := range []string{"kind=first rows=5", "kind=last rows=4", "kind=broken", "out of order"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, &logged)
		}
	}
}

func TestOneProcessSweepsAtATime(t *testing.T) {
	store := gormtest.SQLite(t)
	sweeps := func(now time.Time, j func(janitor.Config, janitor.Task) *janitor.Janitor) int64 {
		task := &rows{}
		j(at(now), janitor.Task{Sweep: task.sweep}).Sweep(t.Context())
		return task.batches.Load()
	}
	another := func(cfg janitor.Config, task janitor.Task) *janitor.Janitor {
		return janitor.New(cfg, store, silent(), task)
	}
	if got := sweeps(moment, another); got != 1 {
		t.Errorf("the first: %d batches, want 1", got)
	}
	if got := sweeps(moment.Add(10*time.Minute), another); got != 0 {
		t.Errorf("another, while the lease lasts: %d batches, want none", got)
	}
	if got := sweeps(moment.Add(11*time.Minute), another); got != 1 {
		t.Errorf("another, when the first has not come back: %d batches, want 1", got)
	}
}

func TestTheOneThatSweepsKeepsSweeping(t *testing.T) {
	store, task, now := gormtest.SQLite(t), &rows{}, moment
	cfg := at(moment)
	cfg.Now = func() time.Time { return now }
	j := janitor.New(cfg, store, silent(), janitor.Task{Sweep: task.sweep})
	for i := range 3 {
		j.Sweep(t.Context())
		now = now.Add(cfg.Interval)
		if got := task.batches.Load(); got != int64(i+1) {
			t.Errorf("round %d: %d batches", i, got)
		}
	}
}

// noLeases gives everybody every lease and notes when one comes back.
type noLeases struct{ released atomic.Bool }

func (*noLeases) AcquireLease(ctx context.Context, _, _ string, _, _ time.Time) (bool, error) {
	return ctx.Err() == nil, ctx.Err()
}
func (l *noLeases) ReleaseLease(ctx context.Context, _, _ string) error {
	l.released.Store(ctx.Err() == nil)
	return nil
}

func TestRunSweepsInIntervalsUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases, task := &noLeases{}, &rows{}
		j := janitor.New(janitor.DefaultConfig(), leases, silent(), janitor.Task{Sweep: task.sweep})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { j.Run(ctx); close(done) }()
		for want := range int64(3) {
			synctest.Wait()
			if got := task.batches.Load(); got != want+1 {
				t.Errorf("%d sweeps, want %d", got, want+1)
			}
			time.Sleep(10 * time.Minute) // of the test's own clock
		}
		cancel()
		<-done
		if !leases.released.Load() {
			t.Error("the lease was not given back")
		}
	})
}

func TestAStopDuringALongSweepIsHeeded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	task := &rows{}
	task.left.Store(1 << 40)
	endless := func(ctx context.Context, now time.Time, limit int) (int, error) {
		if task.batches.Load() == 10 {
			cancel()
		}
		return task.sweep(ctx, now, limit)
	}
	j := janitor.New(at(moment), &noLeases{}, silent(), janitor.Task{Sweep: endless})
	j.Sweep(ctx)
	if got := task.batches.Load(); got != 11 {
		t.Errorf("%d batches, want 11", got)
	}
}

func TestRunWithoutAnIntervalDoesNothing(t *testing.T) {
	task := &rows{}
	cfg := at(moment)
	cfg.Interval = 0
	janitor.New(cfg, &noLeases{}, silent(), janitor.Task{Sweep: task.sweep}).Run(t.Context())
	if task.batches.Load() != 0 {
		t.Error("it swept")
	}
}

func TestConfigFaults(t *testing.T) {
	if err := janitor.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	err := janitor.Config{Interval: time.Millisecond}.Validate()
	for _, name := range []string{"JANITOR_INTERVAL:", "JANITOR_BATCH:"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not in %v", name, err)
		}
	}
}
