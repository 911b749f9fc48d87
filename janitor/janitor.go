// Package janitor deletes what has expired, in the background: little by little, one server process of many at a time,
// and never while a request waits for it. What there is to delete, and what expired means, its tasks know.
package janitor

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"
)

// leaseName is the lease that the sweeping process holds.
const leaseName = "janitor"

// Config holds the settings of the janitor.
type Config struct {
	Interval time.Duration `setting:"JANITOR_INTERVAL" help:"How often expired rows are deleted, by one of the servers that share a database. 0: never; run the commands instead."`
	Batch    int           `setting:"JANITOR_BATCH" help:"How many expired rows are deleted in one statement."`

	// Pause is how long others may write between two batches.
	Pause time.Duration
	// Now is the clock. nil: time.Now.
	Now func() time.Time
	// Swept is told how many rows of a task were deleted when it has found none left. nil: nobody is.
	Swept func(task string, rows int)
}

// DefaultConfig sweeps every ten minutes.
func DefaultConfig() Config {
	return Config{Interval: 10 * time.Minute, Batch: 500, Pause: 50 * time.Millisecond, Now: time.Now}
}

// Validate returns every fault, each beginning with the setting's name.
func (c Config) Validate() error {
	var faults []error
	if c.Interval < 0 || c.Interval > 0 && c.Interval < time.Second {
		faults = append(faults, errors.New("JANITOR_INTERVAL: must be a second or more, or 0"))
	}
	if c.Batch < 1 {
		faults = append(faults, errors.New("JANITOR_BATCH: must be at least 1"))
	}
	return errors.Join(faults...)
}

// Task is one kind of rows.
type Task struct {
	Name string // what the rows are, for the log
	// Sweep deletes up to limit rows that have expired by now and says how many; fewer than limit means that none is left.
	Sweep func(ctx context.Context, now time.Time, limit int) (int, error)
}

// Leases say which process may do what only one may do at a time.
type Leases interface {
	// AcquireLease gives holder the lease of that name until a time, unless somebody else has it now.
	AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	// ReleaseLease gives the lease back, if holder has it.
	ReleaseLease(ctx context.Context, name, holder string) error
}

// Janitor runs tasks. Its methods must be called one at a time.
type Janitor struct {
	cfg    Config
	leases Leases
	log    *slog.Logger
	tasks  []Task
	holder string // this process
}

// New returns a janitor for tasks. cfg must be valid.
func New(cfg Config, leases Leases, log *slog.Logger, tasks ...Task) *Janitor {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Janitor{cfg: cfg, leases: leases, log: log, tasks: tasks, holder: rand.Text()}
}

// Run sweeps at once and then in intervals, until ctx ends. The lease is kept between the rounds, so that the other
// processes need not look for what this one has just swept; it is given back in the end. Should this process die, another
// takes over an interval later.
func (j *Janitor) Run(ctx context.Context) {
	if j.cfg.Interval == 0 {
		return
	}
	ticks := time.NewTicker(j.cfg.Interval)
	defer ticks.Stop()
	for {
		j.Sweep(ctx)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			j.release(ctx)
			return
		}
	}
}

// Sweep runs every task until it finds nothing left, if no other process is sweeping. A task that fails is logged and
// left for the next time.
func (j *Janitor) Sweep(ctx context.Context) {
	for _, task := range j.tasks {
		deleted, err := j.run(ctx, task)
		if deleted > 0 {
			j.log.InfoContext(ctx, "deleted expired rows", "kind", task.Name, "rows", deleted)
		}
		switch {
		case errors.Is(err, errTaken), ctx.Err() != nil:
			return
		case err != nil:
			j.log.WarnContext(ctx, "expired rows cannot be deleted; trying again later", "kind", task.Name, "error", err)
		case j.cfg.Swept != nil:
			j.cfg.Swept(task.Name, deleted)
		}
	}
}

// errTaken says that another process sweeps.
var errTaken = errors.New("another process has the lease")

// run deletes batch after batch. The lease is renewed before each one.
func (j *Janitor) run(ctx context.Context, task Task) (total int, err error) {
	for {
		now := j.cfg.Now()
		// A tick may come a little early; the lease is still there then.
		mine, err := j.leases.AcquireLease(ctx, leaseName, j.holder, now, now.Add(j.cfg.Interval+j.cfg.Interval/10))
		if err != nil {
			return total, err
		}
		if !mine {
			return total, errTaken
		}
		n, err := task.Sweep(ctx, now, j.cfg.Batch)
		total += n
		if err != nil || n < j.cfg.Batch {
			return total, err
		}
		pause(ctx, j.cfg.Pause)
	}
}

// release gives the lease back although ctx has ended. If that fails the lease runs out by itself.
func (j *Janitor) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := j.leases.ReleaseLease(ctx, leaseName, j.holder); err != nil {
		j.log.DebugContext(ctx, "lease not given back", "error", err)
	}
}

// pause waits, at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
