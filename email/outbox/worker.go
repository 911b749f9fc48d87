package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"watchword/email"
	"watchword/models"
	"watchword/queue"
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
	taker  *queue.Taker[models.OutboxMail] // only Run's goroutine uses it
	log    *slog.Logger
	outage outage
}

// NewWorker returns a Worker that sends the mails in waiting, woken by what is put into o. cfg must be valid.
func NewWorker(cfg Config, o *Outbox, waiting Queue, sender email.Sender, log *slog.Logger) *Worker {
	return &Worker{
		cfg: cfg, now: cfg.clock(), queue: waiting, sender: sender, sealer: o.sealer, log: log,
		outage: outage{max: cfg.MaxPause},
		taker: queue.NewTaker(queue.Config[models.OutboxMail]{
			Claim: waiting.ClaimMail, Lease: cfg.Lease, Poll: cfg.Poll, Wake: o.wake, Now: cfg.clock(), Log: log, What: "mails",
		}),
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
		m := w.taker.Next(ctx)
		if m == nil {
			<-slots
			w.taker.Wait(ctx)
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
