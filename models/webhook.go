package models

import "time"

// WebhookState is what has become of a webhook.
type WebhookState string

// The states of a webhook. A dead one was refused for good, or too often; nobody tries it again.
const (
	WebhookQueued    WebhookState = "queued"
	WebhookDelivered WebhookState = "delivered"
	WebhookDead      WebhookState = "dead"
)

// Webhook is a row of watchword_webhook: an event that one endpoint is to be told of, promised in the transaction that
// the event is about. The table is our own; Django has none like it.
type Webhook struct {
	ID        int64
	MessageID string // the webhook-id header; unique, and the same at every attempt
	Endpoint  string // the URL
	Event     Event
	Payload   []byte       // JSON; nil once it was delivered
	State     WebhookState // WebhookQueued to begin with
	Created   time.Time
	Due       time.Time  // not to be tried before; while somebody is delivering it, when their lease ends
	Attempts  int        // how often it was claimed; at once the number of the lease
	Error     string     // why the last attempt failed, in words for the operator
	Finished  *time.Time // when it was delivered or died; nil while it is queued
}

// TableName is the name of the table.
func (Webhook) TableName() string { return "watchword_webhook" }
