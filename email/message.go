// Package email carries a message to a mailbox: it says what a message is, makes messages from templates, and hands
// them to a mail server, a folder, a terminal or a test. It never waits and retries; package outbox does.
package email

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The bounds of a message. They are far above what the templates make and keep accidents small.
const (
	maxSubject = 500     // bytes
	maxHeader  = 900     // bytes of a further header; a line may have 998
	maxBody    = 1 << 20 // bytes of each part
	maxHeaders = 20
)

// ErrInvalidMessage says that a message must not be sent as it is: an address that is none, a line break in a header, a
// part that is too long. Errors that wrap it say which part and why; they never repeat it.
var ErrInvalidMessage = errors.New("invalid mail")

// Message is a mail to one person.
type Message struct {
	ID      string            // the Message-ID without brackets; see NewID
	Date    time.Time         // when it was written
	From    string            // an address, with or without a name: "Team <team@example.com>"
	To      string            // one bare address
	Subject string            //
	Text    string            // the plain text, lines ended by "\n"
	HTML    string            // the same as HTML; "" for a mail of plain text only
	Header  map[string]string // further headers
}

// NewID returns a fresh Message-ID for a mail from the address from. Copies of a mail that was sent twice are
// recognised by it, so it is made once and kept with the mail.
func NewID(from string) string {
	domain := "localhost"
	if address, err := ParseSender(from); err == nil {
		domain = address.domain()
	}
	return strings.ToLower(rand.Text() + "@" + domain)
}

// Validate reports the first fault of m as an error that wraps ErrInvalidMessage. A message without fault can be given
// to any Sender: nothing in it can become a header or a recipient that is not there.
func (m Message) Validate() error {
	if err := validID(m.ID); err != nil {
		return err
	}
	if _, err := ParseSender(m.From); err != nil {
		return fmt.Errorf("%w: From: %w", ErrInvalidMessage, err)
	}
	if _, err := ParseAddress(m.To); err != nil {
		return fmt.Errorf("%w: To: %w", ErrInvalidMessage, err)
	}
	if err := validHeader("Subject", m.Subject, maxSubject); err != nil {
		return err
	}
	if strings.TrimSpace(m.Text) == "" {
		return fmt.Errorf("%w: has no text", ErrInvalidMessage)
	}
	for name, body := range map[string]string{"text": m.Text, "HTML": m.HTML} {
		if err := validBody(name, body); err != nil {
			return err
		}
	}
	return validHeaders(m.Header)
}

// validID demands what NewID makes: letters, digits, dots and hyphens around one @.
func validID(id string) error {
	local, domain, ok := strings.Cut(id, "@")
	plain := func(r rune) bool {
		return r == '.' || r == '-' || r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	notPlain := func(r rune) bool { return !plain(r) }
	if !ok || local == "" || domain == "" || len(id) > 255 || strings.ContainsFunc(local+domain, notPlain) {
		return fmt.Errorf("%w: Message-ID: is not one that NewID makes", ErrInvalidMessage)
	}
	return nil
}

// validHeaders checks headers beyond the usual ones, which have fields of their own.
func validHeaders(headers map[string]string) error {
	if len(headers) > maxHeaders {
		return fmt.Errorf("%w: has more than %d further headers", ErrInvalidMessage, maxHeaders)
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if !isHeaderName(name) {
			return fmt.Errorf("%w: has a further header that is no header name or not a further one", ErrInvalidMessage)
		}
		if err := validHeader(name, headers[name], maxHeader); err != nil {
			return err
		}
	}
	return nil
}

// isHeaderName reports whether name may be a further header: the syntax of RFC 5322 section 2.2, and neither one that
// a Message has a field for nor one that says how the body is to be read or whom it goes to.
func isHeaderName(name string) bool {
	visible := func(r rune) bool { return r > ' ' && r < 0x7f && r != ':' }
	if name == "" || len(name) > 76 || strings.ContainsFunc(name, func(r rune) bool { return !visible(r) }) {
		return false
	}
	switch lower := strings.ToLower(name); lower {
	case "from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version":
		return false
	default:
		return !strings.HasPrefix(lower, "content-") && !strings.HasPrefix(lower, "resent-")
	}
}

// validHeader refuses a value that could end its line, or that no header can hold.
func validHeader(name, value string, limit int) error {
	switch {
	case len(value) > limit:
		return fmt.Errorf("%w: %s: is longer than %d bytes", ErrInvalidMessage, name, limit)
	case !utf8.ValidString(value):
		return fmt.Errorf("%w: %s: is not UTF-8", ErrInvalidMessage, name)
	case strings.ContainsFunc(value, endsLine):
		return fmt.Errorf("%w: %s: has a line break or another control character", ErrInvalidMessage, name)
	}
	return nil
}

// endsLine reports whether r is a control character or one of Unicode's line separators.
func endsLine(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// validBody refuses what cannot be sent as text.
func validBody(name, body string) error {
	switch {
	case len(body) > maxBody:
		return fmt.Errorf("%w: its %s is longer than %d bytes", ErrInvalidMessage, name, maxBody)
	case !utf8.ValidString(body) || strings.ContainsRune(body, 0):
		return fmt.Errorf("%w: its %s is not text", ErrInvalidMessage, name)
	}
	return nil
}
