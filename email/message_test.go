package email

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// newMessage is a message without fault.
func newMessage() Message {
	return Message{
		ID:      "abc123@example.com",
		Date:    time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC),
		From:    "Ref Team <team@example.com>",
		To:      "ada@example.com",
		Subject: "Grüße",
		Text:    "Hello,\n\nopen https://example.com/?a=b&c=d\n",
		HTML:    "<p>Hello</p>\n",
	}
}

func TestAMessageThatIsPlainIsValid(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"as it is":             func(*Message) {},
		"no HTML":              func(m *Message) { m.HTML = "" },
		"no subject":           func(m *Message) { m.Subject = "" },
		"a bare sender":        func(m *Message) { m.From = "webmaster@localhost" },
		"a quoted name":        func(m *Message) { m.From = `"Doe, J. (Team)" <team@example.com>` },
		"an encoded name":      func(m *Message) { m.From = "=?utf-8?q?Gr=C3=BC=C3=9Fe?= <team@example.com>" },
		"a further header":     func(m *Message) { m.Header = map[string]string{"List-Id": "<a.example.com>"} },
		"a made ID":            func(m *Message) { m.ID = NewID(m.From) },
		"an ID of a bare host": func(m *Message) { m.ID = NewID("webmaster@localhost") },
	} {
		m := newMessage()
		change(&m)
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingCanBecomeAHeaderOrARecipient(t *testing.T) {
	fields := map[string]func(m *Message, value string){
		"ID":             func(m *Message, v string) { m.ID = "abc" + v + "@example.com" },
		"From":           func(m *Message, v string) { m.From = "team" + v + "@example.com" },
		"name of From":   func(m *Message, v string) { m.From = "Team" + v + " <team@example.com>" },
		"domain of From": func(m *Message, v string) { m.From = "team@example.com" + v },
		"To":             func(m *Message, v string) { m.To = "ada" + v + "@example.com" },
		"end of To":      func(m *Message, v string) { m.To = "ada@example.com" + v },
		"Subject":        func(m *Message, v string) { m.Subject = "Hello" + v },
		"header":         func(m *Message, v string) { m.Header = map[string]string{"X-Kind": "a" + v} },
		"header's name":  func(m *Message, v string) { m.Header = map[string]string{"X" + v: "a"} },
	}
	values := []string{
		"\r\nBcc: spam@evil.example", "\nBcc: spam@evil.example", "\rBcc: spam@evil.example", "\r\n\r\n<b>body</b>",
		"\r\n.\r\nMAIL FROM:<x@evil.example>", "\x00", "\x0b", "\x7f", "\u0085x", "\u2028x", "\xff",
	}
	for field, set := range fields {
		for _, value := range values {
			m := newMessage()
			set(&m, value)
			err := m.Validate()
			if !errors.Is(err, ErrInvalidMessage) {
				t.Errorf("%s with %q: %v, want ErrInvalidMessage", field, value, err)
				continue
			}
			if strings.Contains(err.Error(), "evil") || strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Errorf("%s with %q: the error repeats it: %q", field, value, err)
			}
		}
	}
}

func TestAMessageOutOfBoundsIsInvalid(t *testing.T) {
	many := map[string]string{}
	for i := range maxHeaders + 1 {
		many[fmt.Sprint("X-", i)] = "a"
	}
	for name, change := range map[string]func(*Message){
		"no ID":            func(m *Message) { m.ID = "" },
		"an ID of no host": func(m *Message) { m.ID = "abc@" },
		"a long ID":        func(m *Message) { m.ID = strings.Repeat("a", 250) + "@a.com" },
		"no sender":        func(m *Message) { m.From = "" },
		"two senders":      func(m *Message) { m.From = "A <a@example.com>, B <b@example.com>" },
		"a long sender":    func(m *Message) { m.From = strings.Repeat("a", 64<<10) + " <a@example.com>" },
		"no receiver":      func(m *Message) { m.To = "" },
		"a long subject":   func(m *Message) { m.Subject = strings.Repeat("a", maxSubject+1) },
		"no text":          func(m *Message) { m.Text = " \n" },
		"a long text":      func(m *Message) { m.Text = strings.Repeat("a", maxBody+1) },
		"long HTML":        func(m *Message) { m.HTML = strings.Repeat("a", maxBody+1) },
		"NUL in the text":  func(m *Message) { m.Text = "a\x00" },
		"HTML in Latin-1":  func(m *Message) { m.HTML = "\xfc" },
		"many headers":     func(m *Message) { m.Header = many },
		"a long header":    func(m *Message) { m.Header = map[string]string{"X-A": strings.Repeat("a", maxHeader+1)} },
		"another Bcc":      func(m *Message) { m.Header = map[string]string{"bcc": "x@evil.example"} },
		"another From":     func(m *Message) { m.Header = map[string]string{"From": "x@evil.example"} },
		"another type":     func(m *Message) { m.Header = map[string]string{"Content-Type": "text/html"} },
		"a nameless one":   func(m *Message) { m.Header = map[string]string{"": "a"} },
		"a name with :":    func(m *Message) { m.Header = map[string]string{"A:B": "a"} },
		"a name with ä":    func(m *Message) { m.Header = map[string]string{"Ä": "a"} },
	} {
		m := newMessage()
		change(&m)
		if err := m.Validate(); !errors.Is(err, ErrInvalidMessage) {
			t.Errorf("%s: %v, want ErrInvalidMessage", name, err)
		}
	}
}

func TestIDsDiffer(t *testing.T) {
	a, b := NewID("Team <team@Example.com>"), NewID("Team <team@Example.com>")
	if a == b || !strings.HasSuffix(a, "@example.com") {
		t.Errorf("%q and %q: want two IDs at example.com", a, b)
	}
	if got := NewID("nonsense"); !strings.HasSuffix(got, "@localhost") {
		t.Errorf("NewID of no address = %q, want one at localhost", got)
	}
}
