package auth

import (
	"context"
	"errors"
	"fmt"

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

// send promises m, or returns ErrMailRefused when no mail can be sent to its address.
func send(ctx context.Context, mailer Mailer, m email.Message) error {
	err := mailer.Enqueue(ctx, m)
	if errors.Is(err, email.ErrInvalidMessage) {
		return fmt.Errorf("%w: %w", ErrMailRefused, err)
	}
	return err
}

// tell promises m to whoever can be written to: an address that takes no mail stands in the way of nothing.
func tell(ctx context.Context, mailer Mailer, m email.Message) error {
	err := send(ctx, mailer, m)
	if errors.Is(err, ErrMailRefused) {
		return nil
	}
	return err
}
