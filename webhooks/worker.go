package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"watchword/models"
	"watchword/queue"
)

// Queue is the messages as the Worker sees them.
type Queue interface {
	// ClaimWebhook takes the next message for endpoint that is due, until leaseEnd; models.ErrNotFound if none is.
	ClaimWebhook(ctx context.Context, endpoint string, now, leaseEnd time.Time) (*models.Webhook, error)
	// MarkWebhookDelivered wipes a message that was delivered.
	MarkWebhookDelivered(ctx context.Context, id int64, at time.Time) error
	// PostponeWebhook gives a claimed message back, to be tried again at due.
	PostponeWebhook(ctx context.Context, w *models.Webhook, due time.Time, reason string) error
	// BuryWebhook gives a claimed message up.
	BuryWebhook(ctx context.Context, w *models.Webhook, at time.Time, reason string) error
}

// Worker delivers the messages of a Publisher.
type Worker struct {
	lines []*line
}

// NewWorker returns a Worker that delivers the messages in waiting, woken by what p publishes. cfg must be valid.
func NewWorker(cfg Config, p *Publisher, waiting Queue, log *slog.Logger) (*Worker, error) {
	w := new(Worker)
	for _, e := range cfg.Endpoints {
		s, err := newSender(e, cfg.clock())
		if err != nil {
			return nil, err
		}
		l := &line{cfg: cfg, endpoint: e, sender: s, queue: waiting, now: cfg.clock(), log: log.With("endpoint", hostOf(e.URL))}
		l.taker = queue.NewTaker(queue.Config[models.Webhook]{
			Claim: l.claim, Lease: e.lease(), Poll: cfg.Poll, Wake: p.wake[e.URL], Now: l.now, Log: l.log, What: "webhooks",
		})
		w.lines = append(w.lines, l)
	}
	return w, nil
}

// Run delivers messages until ctx ends, and then returns when those that are being sent are done with, which takes no
// longer than a lease. An endpoint that is slow or away holds up no other. It must be called once at a time.
func (w *Worker) Run(ctx context.Context) {
	var running sync.WaitGroup
	for _, l := range w.lines {
		running.Go(func() { l.run(ctx) })
	}
	running.Wait()
}

// hostOf is what of a URL may be logged: its path may be secret.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// line is the messages for one endpoint, which are sent one after the other.
type line struct {
	cfg      Config
	endpoint Endpoint
	sender   *sender
	queue    Queue
	taker    *queue.Taker[models.Webhook]
	now      func() time.Time
	log      *slog.Logger
}

// run delivers until ctx ends.
func (l *line) run(ctx context.Context) {
	for ctx.Err() == nil {
		if w := l.taker.Next(ctx); w != nil {
			l.attempt(ctx, w)
			continue
		}
		l.taker.Wait(ctx)
	}
}

// claim takes the next message for the endpoint.
func (l *line) claim(ctx context.Context, now, leaseEnd time.Time) (*models.Webhook, error) {
	return l.queue.ClaimWebhook(ctx, l.endpoint.URL, now, leaseEnd)
}

// attempt sends a claimed message and writes down what came of it. It goes on when ctx ends, and is done before the lease
// ends.
func (l *line) attempt(ctx context.Context, w *models.Webhook) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.endpoint.lease())
	defer cancel()
	var cause, err error
	if t := l.cfg.Tracer; t != nil {
		var end func(error)
		ctx, end = t.Job(ctx, jobName, w.ID)
		defer func() { end(cause) }()
	}
	switch cause = l.sender.send(ctx, w); {
	case cause == nil:
		l.log.Debug("delivered a webhook", "webhook", w.MessageID, "event", w.Event, "attempt", w.Attempts)
		err = l.queue.MarkWebhookDelivered(ctx, w.ID, l.now().UTC())
	case errors.Is(cause, errGone), w.Attempts > len(l.cfg.Waits):
		l.log.Error("gave up a webhook", "webhook", w.MessageID, "event", w.Event, "attempts", w.Attempts,
			"error", reason(cause))
		err = l.queue.BuryWebhook(ctx, w, l.now().UTC(), reason(cause))
	default:
		wait := queue.Jittered(l.cfg.Waits[w.Attempts-1])
		l.log.Warn("could not deliver a webhook yet", "webhook", w.MessageID, "event", w.Event, "attempt", w.Attempts,
			"again_in", wait.Round(time.Second).String(), "error", reason(cause))
		err = l.queue.PostponeWebhook(ctx, w, l.now().UTC().Add(wait), reason(cause))
	}
	if err != nil { // the lease will end, and somebody will try again
		l.log.Error("what became of a webhook cannot be written down; it will be sent again", "webhook", w.MessageID,
			"error", err)
	}
}

// jobName is what tracers call an attempt.
const jobName = "deliver a webhook"

// reason is why a message was not delivered, without the URL, whose path may be secret.
func reason(cause error) string {
	var wrapped *url.Error
	if errors.As(cause, &wrapped) {
		return wrapped.Err.Error()
	}
	return cause.Error()
}
