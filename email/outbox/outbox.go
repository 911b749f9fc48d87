// Package outbox sees to it that mails are neither forgotten nor waited for. A mail is written into the database in the
// very transaction that it tells about, so that it exists if and only if that was committed; a Worker sends it
// afterwards, and tries again for as long as it takes. Any number of processes may run a Worker on one database.
//
// A mail is sent once, but for one case that no protocol avoids: when a process dies, or loses its database, after the
// mail server took the mail and before that was written down. The copy then has the same Message-ID and date.
//
// Mails hold links that let people in, so the database holds them encrypted; see sealer.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"watchword/email"
	"watchword/models"
)

// Config says how mails are sent in the background.
type Config struct {
	Concurrency int           `setting:"EMAIL_CONCURRENCY" help:"How many mails are handed to the mail server at once. The backends other than smtp do one at a time."`
	MaxAttempts int           `setting:"EMAIL_MAX_ATTEMPTS" help:"How often a mail is tried that the mail server turns away for the time being. Times when no mail can be sent at all do not count."`
	MaxAge      time.Duration `setting:"EMAIL_MAX_AGE" help:"How old a mail may be and still be tried again."`
	Retention   time.Duration `setting:"EMAIL_OUTBOX_RETENTION" help:"How long the rows of mails that were sent or given up are kept. What a sent mail said is wiped at once."`

	// Keys encrypt mails: the first new ones, each of them old ones. They are SECRET_KEY and SECRET_KEY_FALLBACKS.
	Keys []string

	Poll      time.Duration // how often to look for mails that other processes have put in
	Lease     time.Duration // how long one attempt may take before somebody else may try
	FirstWait time.Duration // before the second attempt; it doubles with each one
	MaxWait   time.Duration // the longest wait between two attempts
	MaxPause  time.Duration // the longest wait for a mail server that is away

	Now func() time.Time // nil means time.Now

	// Tracer hears of every attempt to send a mail; nil: nobody does.
	Tracer Tracer
}

// Tracer hears what workers do. It must be safe for concurrent use.
type Tracer interface {
	// Job tells that the row of that number begins to be worked on, and returns the context to do it in. end is called at
	// the end, with the error if there is one.
	Job(ctx context.Context, name string, row int64) (inner context.Context, end func(err error))
}

// DefaultConfig tries a mail for about nine hours, and for three days where the mail server was away.
func DefaultConfig() Config {
	return Config{
		Concurrency: 4,
		MaxAttempts: 12,
		MaxAge:      72 * time.Hour,
		Retention:   7 * 24 * time.Hour,
		Poll:        time.Second,
		Lease:       time.Minute,
		FirstWait:   15 * time.Second,
		MaxWait:     2 * time.Hour,
		MaxPause:    30 * time.Second,
		Now:         time.Now,
	}
}

// Validate reports every setting that cannot work.
func (c Config) Validate() error {
	var faults []error
	if c.Concurrency < 1 || c.Concurrency > 100 {
		faults = append(faults, fmt.Errorf("EMAIL_CONCURRENCY: must be from 1 to 100, not %d", c.Concurrency))
	}
	if c.MaxAttempts < 1 {
		faults = append(faults, fmt.Errorf("EMAIL_MAX_ATTEMPTS: must be at least 1, not %d", c.MaxAttempts))
	}
	if c.MaxAge <= 0 {
		faults = append(faults, fmt.Errorf("EMAIL_MAX_AGE: must be more than nothing, not %v", c.MaxAge))
	}
	if c.Retention < 0 {
		faults = append(faults, fmt.Errorf("EMAIL_OUTBOX_RETENTION: must not be negative, but is %v", c.Retention))
	}
	return errors.Join(faults...)
}

// clock is Now, or time.Now.
func (c Config) clock() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}

// Store keeps what is put into the outbox.
type Store interface {
	// AddMail stores m in the transaction of ctx.
	AddMail(ctx context.Context, m *models.OutboxMail) error
	// DropMail deletes a mail.
	DropMail(ctx context.Context, id int64) error
	// AfterCommit calls fn when the transaction of ctx was committed, or at once if there is none.
	AfterCommit(ctx context.Context, fn func())
	// DeleteFinishedMails deletes up to limit mails that were sent or given up before a time.
	DeleteFinishedMails(ctx context.Context, before time.Time, limit int) (int, error)
}

// Outbox takes mails. It is safe for concurrent use.
type Outbox struct {
	store     Store
	sealer    *sealer
	retention time.Duration
	now       func() time.Time
	wake      chan struct{} // holds a token when there is something new to send
}

// New returns an Outbox whose mails a Worker sends, in this process or another. The error says that there is no key.
func New(cfg Config, store Store) (*Outbox, error) {
	sealer, err := newSealer(cfg.Keys)
	if err != nil {
		return nil, err
	}
	return &Outbox{
		store: store, sealer: sealer, retention: cfg.Retention, now: cfg.clock(), wake: make(chan struct{}, 1),
	}, nil
}

// Enqueue promises to send m: when the transaction of ctx is committed, and never if it is not. It does not wait for the
// mail server. The message gets an ID and a date if it has none. An error that wraps email.ErrInvalidMessage says that
// m cannot be sent; others are the store's.
func (o *Outbox) Enqueue(ctx context.Context, m email.Message) error {
	if _, err := o.add(ctx, m); err != nil {
		return err
	}
	o.store.AfterCommit(ctx, o.notify)
	return nil
}

// Pretend does the work of Enqueue, and sends nothing: so that nobody can tell by the time it takes whether a mail is
// sent. In a transaction of its own it leaves nothing behind.
func (o *Outbox) Pretend(ctx context.Context, m email.Message) error {
	id, err := o.add(ctx, m)
	if err != nil {
		return err
	}
	if err := o.store.DropMail(ctx, id); err != nil {
		return err
	}
	o.store.AfterCommit(ctx, o.notify) // the Worker's first look is part of the work
	return nil
}

// add stores m, sealed, and returns its id.
func (o *Outbox) add(ctx context.Context, m email.Message) (id int64, err error) {
	now := o.now().UTC()
	if m.ID == "" {
		m.ID = email.NewID(m.From)
	}
	if m.Date.IsZero() {
		m.Date = now
	}
	if err := m.Validate(); err != nil {
		return 0, err
	}
	to, err := email.ParseAddress(m.To)
	if err != nil {
		return 0, err
	}
	sealed, err := o.sealer.seal(m)
	if err != nil {
		return 0, err
	}
	row := &models.OutboxMail{
		MessageID: m.ID, Recipient: strings.ToLower(to.Spec), Sealed: sealed, State: models.MailQueued,
		Created: now, Due: now,
	}
	if err := o.store.AddMail(ctx, row); err != nil {
		return 0, err
	}
	return row.ID, nil
}

// Sweep deletes up to limit mails that were sent or given up so long before now that nobody asks for them any more. It
// returns how many; fewer than limit means that none is left.
func (o *Outbox) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	return o.store.DeleteFinishedMails(ctx, now.UTC().Add(-o.retention), limit)
}

// notify wakes the Worker, if it is not awake.
func (o *Outbox) notify() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
