package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"watchword/email"
	"watchword/models"
)

// Queue is the outbox as the Worker sees it.
type Queue interface {
	// ClaimMail takes the next mail that is due, until leaseEnd; models.ErrNotFound if none is.
	ClaimMail(ctx context.Context, now, leaseEnd time.Time) (*models.OutboxMail, error)
	// MarkMailSent wipes a mail that was sent.
	MarkMailSent(ctx context.Context, id int64, at time.Time) error
	// PostponeMail gives a claimed mail back, to be tried again at due.
	PostponeMail(ctx context.Context, m *models.OutboxMail, due time.Time, attempts int, reason string) error
	// BuryMail gives a claimed mail up.
	BuryMail(ctx context.Context, m *models.OutboxMail, at time.Time, reason string) error
	// MailBacklog counts the mails that wait, and says since when the oldest does.
	MailBacklog(ctx context.Context) (waiting int, oldest time.Time, err error)
}

// Worker sends the mails of an Outbox.
type Worker struct {
	cfg    Config
	now    func() time.Time
	queue  Queue
	sender email.Sender
	sealer *sealer
	wake   <-chan struct{}
	log    *slog.Logger
	outage outage
	broken bool // the queue could not be read the last time; only Run's goroutine looks
}

// NewWorker returns a Worker that sends the mails in queue, woken by what is put into o. cfg must be valid.
func NewWorker(cfg Config, o *Outbox, queue Queue, sender email.Sender, log *slog.Logger) *Worker {
	return &Worker{
		cfg: cfg, now: cfg.clock(), queue: queue, sender: sender, sealer: o.sealer, wake: o.wake, log: log,
		outage: outage{max: cfg.MaxPause},
	}
}

// Run sends mails until ctx ends, and then returns when those that are being sent are done with, which takes no longer
// than a lease. It must be called once at a time.
func (w *Worker) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { w.watch(ctx) })

	slots := make(chan struct{}, w.cfg.Concurrency)
	for w.waitForService(ctx) {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		m := w.claim(ctx)
		if m == nil {
			<-slots
			w.waitForMail(ctx)
			continue
		}
		send := func() {
			defer func() { <-slots }()
			w.attempt(ctx, m)
		}
		if w.outage.on() {
			send() // one mail finds out whether the outage is over; the others wait for it
			continue
		}
		running.Go(send)
	}
}

// claim takes the next mail, or nil. It is not cut short when ctx ends: a mail that was claimed and that nobody knows of
// would have to wait for the end of its lease. A database that cannot be asked is asked again later.
func (w *Worker) claim(ctx context.Context) *models.OutboxMail {
	now := w.now().UTC()
	m, err := w.queue.ClaimMail(context.WithoutCancel(ctx), now, now.Add(w.cfg.Lease))
	if errors.Is(err, models.ErrNotFound) {
		m, err = nil, nil
	}
	if broken := err != nil; broken != w.broken {
		w.broken = broken
		if broken {
			w.log.Error("the outbox cannot be read; no mails are sent until it can", "error", err)
		} else {
			w.log.Info("the outbox can be read again")
		}
	}
	return m
}

// waitForMail waits until something was put in, or it is time to look.
func (w *Worker) waitForMail(ctx context.Context) {
	timer := time.NewTimer(w.cfg.Poll)
	defer timer.Stop()
	select {
	case <-w.wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// waitForService waits out an outage. It returns false when ctx has ended.
func (w *Worker) waitForService(ctx context.Context) bool {
	timer := time.NewTimer(w.outage.until().Sub(w.now()))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
