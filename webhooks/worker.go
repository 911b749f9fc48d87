package webhooks

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"math/big"
	"net/url"
	"sync"
	"time"

	"watchword/models"
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

// NewWorker returns a Worker that delivers the messages in queue, woken by what p publishes. cfg must be valid.
func NewWorker(cfg Config, p *Publisher, queue Queue, log *slog.Logger) (*Worker, error) {
	w := new(Worker)
	for _, e := range cfg.Endpoints {
		s, err := newSender(e, cfg.clock())
		if err != nil {
			return nil, err
		}
		w.lines = append(w.lines, &line{
			cfg: cfg, endpoint: e, sender: s, queue: queue, wake: p.wake[e.URL], now: cfg.clock(),
			log: log.With("endpoint", hostOf(e.URL)),
		})
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
	wake     <-chan struct{}
	now      func() time.Time
	log      *slog.Logger
	broken   bool // the queue could not be read the last time
}

// run delivers until ctx ends.
func (l *line) run(ctx context.Context) {
	for ctx.Err() == nil {
		if w := l.claim(ctx); w != nil {
			l.attempt(ctx, w)
			continue
		}
		l.wait(ctx)
	}
}

// claim takes the next message, or nil. It is not cut short when ctx ends: a message that was claimed and that nobody
// knows of would have to wait for the end of its lease. A database that cannot be asked is asked again later.
func (l *line) claim(ctx context.Context) *models.Webhook {
	now := l.now().UTC()
	w, err := l.queue.ClaimWebhook(context.WithoutCancel(ctx), l.endpoint.URL, now, now.Add(l.endpoint.lease()))
	if errors.Is(err, models.ErrNotFound) {
		w, err = nil, nil
	}
	if broken := err != nil; broken != l.broken {
		l.broken = broken
		if broken {
			l.log.Error("the webhooks cannot be read; none are sent until they can", "error", err)
		} else {
			l.log.Info("the webhooks can be read again")
		}
	}
	return w
}

// wait waits until something was published, or it is time to look.
func (l *line) wait(ctx context.Context) {
	timer := time.NewTimer(l.cfg.Poll)
	defer timer.Stop()
	select {
	case <-l.wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// attempt sends a claimed message and writes down what came of it. It goes on when ctx ends, and is done before the lease
// ends.
func (l *line) attempt(ctx context.Context, w *models.Webhook) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.endpoint.lease())
	defer cancel()
	var err error
	switch cause := l.sender.send(ctx, w); {
	case cause == nil:
		l.log.Debug("delivered a webhook", "webhook", w.MessageID, "event", w.Event, "attempt", w.Attempts)
		err = l.queue.MarkWebhookDelivered(ctx, w.ID, l.now().UTC())
	case errors.Is(cause, errGone), w.Attempts > len(l.cfg.Waits):
		l.log.Error("gave up a webhook", "webhook", w.MessageID, "event", w.Event, "attempts", w.Attempts,
			"error", reason(cause))
		err = l.queue.BuryWebhook(ctx, w, l.now().UTC(), reason(cause))
	default:
		wait := jittered(l.cfg.Waits[w.Attempts-1])
		l.log.Warn("could not deliver a webhook yet", "webhook", w.MessageID, "event", w.Event, "attempt", w.Attempts,
			"again_in", wait.Round(time.Second), "error", reason(cause))
		err = l.queue.PostponeWebhook(ctx, w, l.now().UTC().Add(wait), reason(cause))
	}
	if err != nil { // the lease will end, and somebody will try again
		l.log.Error("what became of a webhook cannot be written down; it will be sent again", "webhook", w.MessageID,
			"error", err)
	}
}

// reason is why a message was not delivered, without the URL, whose path may be secret.
func reason(cause error) string {
	var wrapped *url.Error
	if errors.As(cause, &wrapped) {
		return wrapped.Err.Error()
	}
	return cause.Error()
}

// jittered is d or up to a quarter less, at random, so that those that failed together do not return together.
func jittered(d time.Duration) time.Duration {
	less, err := rand.Int(rand.Reader, big.NewInt(max(int64(d)/4, 1)))
	if err != nil { // never happens
		return d
	}
	return d - time.Duration(less.Int64())
}
