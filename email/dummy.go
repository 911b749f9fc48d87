package email

import "context"

// dummy drops mails.
type dummy struct{}

// NewDummy returns a sender that drops all mails.
//
// Source: django.core.mail.backends.dummy.
func NewDummy() Sender { return dummy{} }

// Send implements Sender.
func (dummy) Send(context.Context, Message) error { return nil }
