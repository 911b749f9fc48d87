// Package webhooks tells other programs what happens to accounts. A message is written into the database in the very
// transaction that it tells about, so that it exists if and only if that was committed; a Worker posts it afterwards,
// signed, and tries again until the receiver has it. Any number of processes may run a Worker on one database.
//
// A message is posted once, but where a process dies, or the answer is lost, after the receiver took it: the copy then has
// the same webhook-id. Messages for one endpoint are posted one after the other in the order of their commits as far as
// all is well; one that has to be tried again comes later, and each has the time of its event in it.
//
// No message holds a password, a token or a link.
//
// Source: the Standard Webhooks specification, version 1.0.0.
package webhooks

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"watchword/models"
)

// Store keeps messages until they are delivered.
type Store interface {
	// AddWebhook stores w in the transaction of ctx.
	AddWebhook(ctx context.Context, w *models.Webhook) error
	// AfterCommit calls fn when the transaction of ctx was committed, or at once if there is none.
	AfterCommit(ctx context.Context, fn func())
	// DeleteFinishedWebhooks deletes up to limit messages that were delivered or given up before a time, or that nobody
	// has tried to deliver since.
	DeleteFinishedWebhooks(ctx context.Context, before time.Time, limit int) (int, error)
}

// message is what is posted.
type message struct {
	Type      models.Event `json:"type"`
	Timestamp time.Time    `json:"timestamp"` // of the event
	Data      account      `json:"data"`
}

// account is what a message tells of an account.
type account struct {
	ID       *models.UserID `json:"id"` // null: there is none yet
	Username string         `json:"username"`
	Email    string         `json:"email"`
}

// Publisher takes events. It is safe for concurrent use.
type Publisher struct {
	store     Store
	endpoints []Endpoint
	retention time.Duration
	now       func() time.Time
	wake      map[string]chan struct{} // by URL; holds a token when there is something new to deliver
}

// NewPublisher returns a Publisher whose messages a Worker delivers, in this process or another. cfg must be valid.
func NewPublisher(cfg Config, store Store) *Publisher {
	p := &Publisher{store: store, endpoints: cfg.Endpoints, retention: cfg.Retention, now: cfg.clock(),
		wake: map[string]chan struct{}{}}
	for _, e := range cfg.Endpoints {
		p.wake[e.URL] = make(chan struct{}, 1)
	}
	return p
}

// Publish promises to tell all who want to know of e, which happens to u: when the transaction of ctx is committed, and
// never if it is not. It does not wait for them. Errors are the store's.
func (p *Publisher) Publish(ctx context.Context, e models.Event, u models.User) error {
	now := p.now().UTC().Truncate(time.Microsecond)
	for _, endpoint := range p.endpoints {
		if !endpoint.wants(e) {
			continue
		}
		payload, err := compose(e, now, u)
		if err != nil {
			return err
		}
		row := &models.Webhook{
			MessageID: "msg_" + rand.Text(), Endpoint: endpoint.URL, Event: e, Payload: payload,
			State: models.WebhookQueued, Created: now, Due: now,
		}
		if err := p.store.AddWebhook(ctx, row); err != nil {
			return err
		}
		p.store.AfterCommit(ctx, func() { p.notify(endpoint.URL) })
	}
	return nil
}

// Sweep deletes up to limit messages that were delivered or given up so long before now that nobody asks for them any
// more, and those for endpoints that have long been taken out of the settings. It returns how many; fewer than limit means
// that none is left.
func (p *Publisher) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	return p.store.DeleteFinishedWebhooks(ctx, now.UTC().Add(-p.retention), limit)
}

// notify wakes the Worker for an endpoint, if it is not awake.
func (p *Publisher) notify(url string) {
	select {
	case p.wake[url] <- struct{}{}:
	default:
	}
}

// compose writes the message about e.
func compose(e models.Event, at time.Time, u models.User) ([]byte, error) {
	m := message{Type: e, Timestamp: at, Data: account{Username: u.Username, Email: u.Email}}
	if u.ID != "" {
		m.Data.ID = &u.ID
	}
	return json.Marshal(m)
}
