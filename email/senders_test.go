package email

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// parsed is a message as its receiver sees it.
type parsed struct {
	Header     map[string]string
	Text, HTML string
}

// parse reads an RFC 5322 message as a mail program does.
func parse(t *testing.T, raw []byte) parsed {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	got := parsed{Header: map[string]string{}}
	for _, name := range []string{"From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted", "Bcc", "X-Kind"} {
		if value, ok := m.Header[name]; ok {
			decoded, err := new(mime.WordDecoder).DecodeHeader(strings.Join(value, " AND "))
			if err != nil {
				t.Fatal(err)
			}
			got.Header[name] = decoded
		}
	}
	part(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, &got)
	return got
}

// part reads a part and those in it.
func part(t *testing.T, contentType, encoding string, body io.Reader, got *parsed) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if kind == "multipart/alternative" {
		reader := multipart.NewReader(body, params["boundary"])
		for {
			p, err := reader.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, got)
		}
	}
	if encoding == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	clean := strings.ReplaceAll(string(text), "\r\n", "\n")
	switch kind {
	case "text/plain":
		got.Text = clean
	case "text/html":
		got.HTML = clean
	default:
		t.Errorf("a part of type %s", kind)
	}
}

// wantParsed is what must arrive of newMessage.
func wantParsed() parsed {
	return parsed{
		Header: map[string]string{
			"From": `"Ref Team" <team@example.com>`, "To": "<ada@example.com>", "Subject": "Grüße",
			"Date": "Wed, 04 Mar 2026 05:06:07 +0000", "Message-Id": "<abc123@example.com>",
			"Auto-Submitted": "auto-generated",
		},
		Text: newMessage().Text, HTML: newMessage().HTML,
	}
}

func TestAMessageArrivesAsItIs(t *testing.T) {
	for _, readable := range []bool{true, false} {
		raw, err := encode(newMessage(), readable)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantParsed(), parse(t, raw)); diff != "" {
			t.Errorf("readable %v (-want +got):\n%s", readable, diff)
		}
		if got := bytes.Contains(raw, []byte("https://example.com/?a=b&c=d")); got != readable {
			t.Errorf("readable %v: the link can be read: %v", readable, got)
		}
	}
}

func TestALongLineIsFolded(t *testing.T) {
	m := newMessage()
	m.HTML, m.Text = "", strings.Repeat("long ", 400)+"\n"
	raw, err := encode(m, true)
	if err != nil {
		t.Fatal(err)
	}
	if hasLongLine(string(raw)) {
		t.Error("there is a line of more than 998 bytes")
	}
	if got := parse(t, raw).Text; got != m.Text {
		t.Errorf("the text is %q", got)
	}
}

func TestConsolePrintsMailsWithALineBetween(t *testing.T) {
	var out strings.Builder
	sender := NewConsole(&out)
	for range 2 {
		if err := sender.Send(t.Context(), newMessage()); err != nil {
			t.Fatal(err)
		}
	}
	mails := strings.Split(out.String(), strings.Repeat("-", 79)+"\n")
	if len(mails) != 3 || mails[2] != "" {
		t.Fatalf("%d mails in\n%s", len(mails)-1, out.String())
	}
	if strings.Contains(out.String(), "\r") {
		t.Error("there are carriage returns")
	}
	if diff := cmp.Diff(wantParsed(), parse(t, []byte(mails[0]))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFileWritesEachMailWhole(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "mail")
	now := time.Date(2026, time.November, 22, 15, 4, 5, 0, time.FixedZone("", 3600))
	sender := NewFile(dir, func() time.Time { return now })
	if err := sender.Send(t.Context(), newMessage()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != "20261122-140405-abc123.eml" {
		t.Fatalf("the folder has %v", entries)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder's mode is %v, %v; want 0700", info.Mode(), err)
	}
	name := filepath.Join(dir, entries[0].Name())
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantParsed(), parse(t, raw)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFileThatCannotBeWrittenIsNoFaultOfTheMail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := NewFile(file, nil).Send(t.Context(), newMessage())
	if KindOf(err) != Unavailable {
		t.Errorf("Send = %v, want one that is unavailable", err)
	}
}

func TestMemoryKeepsTheNewest(t *testing.T) {
	memory := NewMemory()
	for range maxKept {
		if err := memory.Send(t.Context(), newMessage()); err != nil {
			t.Fatal(err)
		}
	}
	last := newMessage()
	last.Subject = "last"
	if err := memory.Send(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	mails := memory.Mails()
	if len(mails) != maxKept || mails[maxKept-1].Subject != "last" {
		t.Errorf("%d mails, the last of them %q", len(mails), mails[len(mails)-1].Subject)
	}
}

func TestEveryBackendHasASender(t *testing.T) {
	for _, name := range []string{
		"smtp", "console", "filebased", "file", "locmem", "memory", "dummy",
		"django.core.mail.backends.smtp.EmailBackend", "django.core.mail.backends.console.EmailBackend",
		"django.core.mail.backends.filebased.EmailBackend", "django.core.mail.backends.locmem.EmailBackend",
		"django.core.mail.backends.dummy.EmailBackend",
	} {
		cfg := DefaultConfig()
		cfg.FilePath = t.TempDir()
		if err := cfg.Backend.UnmarshalText([]byte(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewSender(cfg, io.Discard); err != nil || cfg.Validate() != nil {
			t.Errorf("%s: %v, %v", name, err, cfg.Validate())
		}
	}
	for _, name := range []string{"", "SMTP", "anymail.backends.mailgun.EmailBackend"} {
		if err := new(Backend).UnmarshalText([]byte(name)); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}
