package auth

import (
	"context"

	"watchword/email"
)

// Mailer promises to send mails.
type Mailer interface {
	// Enqueue sends m when the transaction of ctx is committed, and never if it is not. It does not wait for the mail
	// server. An error that wraps email.ErrInvalidMessage says that m cannot be sent.
	Enqueue(ctx context.Context, m email.Message) error
}

// Renderer makes mails from templates.
type Renderer interface {
	// Render makes the message about mail; who gets it is left to the caller.
	Render(mail email.Mail) (email.Message, error)
}
