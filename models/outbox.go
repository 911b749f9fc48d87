package models

import "time"

// MailState is what has become of a mail in the outbox.
type MailState string

// The states of a mail. A dead mail was refused for good, or too often; nobody tries it again.
const (
	MailQueued MailState = "queued"
	MailSent   MailState = "sent"
	MailDead   MailState = "dead"
)

// OutboxMail is a row of watchword_outbox: a mail that was promised in some transaction and is sent after it. The table
// is our own; Django has none like it.
type OutboxMail struct {
	ID        int64
	MessageID string     // the Message-ID header's value, without brackets; unique, and the same at every attempt
	Recipient string     // the bare address
	Sealed    []byte     // the message, encrypted; nil once it was sent
	State     MailState  // MailQueued to begin with
	Created   time.Time  //
	Due       time.Time  // not to be tried before; while somebody is sending it, when their lease ends
	Attempts  int        // how often it was claimed; at once the number of the lease
	Error     string     // why the last attempt failed, in words for the operator
	Finished  *time.Time // when it was sent or died; nil while it is queued
}

// TableName is the name of the table.
func (OutboxMail) TableName() string { return "watchword_outbox" }
