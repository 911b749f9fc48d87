package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Sender sends mails.
type Sender interface {
	// Send hands m over and returns when somebody else has taken responsibility for it. It sends m as it is, so m must be
	// valid. It returns soon after ctx ends. Its errors are *SendError where it knows what went wrong. Safe for
	// concurrent use.
	Send(ctx context.Context, m Message) error
}

// Kind says what an error of sending means for this mail and for others.
type Kind int

// The kinds of errors.
const (
	Temporary   Kind = iota // this mail failed and may succeed later
	Permanent               // this mail is refused for good
	Unavailable             // no mail can be sent at present: nobody answers, or the server refuses to work for us
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case Permanent:
		return "refused"
	case Unavailable:
		return "unavailable"
	default:
		return "temporary"
	}
}

// SendError says why a mail was not sent.
type SendError struct {
	Kind Kind
	Step string // what was being done: "connecting", "RCPT TO", …
	Code int    // SMTP's reply code, or 0
	Err  error
}

// Error says what happened in words for the operator. Links are left out, in case a mail server quotes one: those that
// we send hold secrets.
func (e *SendError) Error() string { return e.Step + ": " + printable(e.Err.Error()) }

// Unwrap returns the cause.
func (e *SendError) Unwrap() error { return e.Err }

// KindOf says what err means; Temporary if nobody knows.
func KindOf(err error) Kind {
	var known *SendError
	switch {
	case errors.As(err, &known):
		return known.Kind
	case errors.Is(err, ErrInvalidMessage):
		return Permanent
	}
	return Temporary
}

// maxErrorText is how many bytes of a server's words are repeated.
const maxErrorText = 300

// printable makes what a server said fit for a log line.
func printable(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words {
		if strings.Contains(word, "://") {
			words[i] = "(link)"
		}
	}
	text = strings.Join(words, " ")
	if len(text) > maxErrorText {
		text = text[:maxErrorText] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}

// NewSender returns the sender that cfg names. console prints to stdout. cfg must be valid.
func NewSender(cfg Config, stdout io.Writer) (Sender, error) {
	switch cfg.Backend {
	case BackendSMTP:
		return NewSMTP(cfg)
	case BackendConsole:
		return NewConsole(stdout), nil
	case BackendFile:
		return NewFile(cfg.FilePath, cfg.Now), nil
	case BackendMemory:
		return NewMemory(), nil
	case BackendInbox:
		return NewInbox(), nil
	case BackendDummy:
		return NewDummy(), nil
	}
	return nil, fmt.Errorf("EMAIL_BACKEND: %q is not known", cfg.Backend)
}
