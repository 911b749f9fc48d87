package outbox

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"watchword/email"
	"watchword/models"
	"watchword/queue"
)

// attempt sends one claimed mail and writes down what came of it. It goes on when ctx ends: what the mail server has
// begun to take is taken, and written down. It is done before the lease ends.
func (w *Worker) attempt(ctx context.Context, m *models.OutboxMail) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.cfg.Lease)
	defer cancel()
	var err error
	if t := w.cfg.Tracer; t != nil {
		var end func(error)
		ctx, end = t.Job(ctx, jobName, m.ID)
		defer func() { end(err) }()
	}
	if err = w.send(ctx, m); err == nil {
		w.sent(ctx, m)
		return
	}
	w.failed(ctx, m, err)
}

// jobName is what tracers call an attempt.
const jobName = "send a mail"

// send opens a mail and hands it over, in no more than half of the lease. A sender that panics has failed.
func (w *Worker) send(ctx context.Context, m *models.OutboxMail) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			w.log.Error("sending a mail panicked", "mail", m.ID, "stack", string(debug.Stack()))
			err = fmt.Errorf("the sender panicked with a %T", cause)
		}
	}()
	message, err := w.sealer.open(m.MessageID, m.Sealed)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Lease/2)
	defer cancel()
	return w.sender.Send(ctx, message)
}

// sent notes that a mail was sent. Until that is written down the mail may be sent again, so the rest of the lease is
// spent on trying.
func (w *Worker) sent(ctx context.Context, m *models.OutboxMail) {
	if lasted := w.outage.over(w.now()); lasted > 0 {
		w.log.Info("mails can be sent again", "after", lasted.Round(time.Second).String())
	}
	w.log.Debug("sent a mail", "mail", m.ID, "message_id", m.MessageID, "attempt", m.Attempts)
	for tries := 1; ; tries++ {
		err := w.queue.MarkMailSent(ctx, m.ID, w.now().UTC())
		if err == nil {
			return
		}
		pause := time.NewTimer(min(doubled(100*time.Millisecond, tries), 5*time.Second))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			w.log.Error("a mail was sent, which could not be written down; it will be sent again",
				"mail", m.ID, "message_id", m.MessageID, "error", err)
			return
		}
	}
}

// failed decides what becomes of a mail that was not sent.
func (w *Worker) failed(ctx context.Context, m *models.OutboxMail, cause error) {
	now := w.now().UTC()
	kind, reason := email.KindOf(cause), cause.Error()
	old := now.Sub(m.Created) >= w.cfg.MaxAge
	var err error
	switch {
	case kind == email.Permanent, old, kind == email.Temporary && m.Attempts >= w.cfg.MaxAttempts:
		w.log.Warn("gave up a mail", "mail", m.ID, "message_id", m.MessageID, "attempts", m.Attempts, "error", reason)
		err = w.queue.BuryMail(ctx, m, now, reason)
	case kind == email.Unavailable:
		pause, first := w.outage.begin(now)
		if first {
			w.log.Error("no mails can be sent; trying until it works", "error", reason)
		}
		err = w.queue.PostponeMail(ctx, m, now.Add(pause), m.Attempts-1, reason)
	default:
		wait := queue.Jittered(min(doubled(w.cfg.FirstWait, m.Attempts), w.cfg.MaxWait))
		w.log.Info("could not send a mail yet", "mail", m.ID, "attempt", m.Attempts, "again_in", wait.Round(time.Second).String(),
			"error", reason)
		err = w.queue.PostponeMail(ctx, m, now.Add(wait), m.Attempts, reason)
	}
	if err != nil { // the lease will end, and somebody will try again
		w.log.Warn("the outbox cannot be written", "mail", m.ID, "error", err)
	}
}
