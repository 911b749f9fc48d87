package outbox

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore/gormtest"
)

// secret is what no row and no log may hold.
const secret = "https://example.com/confirm/secret-token/"

// newMessage is a mail to somebody.
func newMessage(to string) email.Message {
	return email.Message{From: "Team <team@example.com>", To: to, Subject: "Hello", Text: "open " + secret + "\n"}
}

// testConfig is a Config with one key.
func testConfig() Config {
	cfg := DefaultConfig()
	cfg.Keys = []string{"a secret key"}
	return cfg
}

func newOutbox(t testing.TB, cfg Config, store Store) *Outbox {
	t.Helper()
	o, err := New(cfg, store)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// enqueue puts mails into o.
func enqueue(t testing.TB, o *Outbox, to ...string) {
	t.Helper()
	for _, address := range to {
		if err := o.Enqueue(t.Context(), newMessage(address)); err != nil {
			t.Fatal(err)
		}
	}
}

// logs is a log that tests read.
type logs struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(p)
}

// count says how often text was logged.
func (l *logs) count(text string) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return strings.Count(l.text.String(), text)
}

func (l *logs) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestAMailIsPromisedByTheCommit(t *testing.T) {
	store := gormtest.SQLite(t)
	o := newOutbox(t, testConfig(), store)
	refused := errors.New("refused")
	err := store.Atomic(t.Context(), func(ctx context.Context) error {
		if err := o.Enqueue(ctx, newMessage("undone@example.com")); err != nil {
			t.Error(err)
		}
		return refused
	})
	if !errors.Is(err, refused) || len(o.wake) != 0 {
		t.Errorf("after the rollback: %v, woken %d times", err, len(o.wake))
	}
	err = store.Atomic(t.Context(), func(ctx context.Context) error {
		err := o.Enqueue(ctx, newMessage("Kept@example.com"))
		if len(o.wake) != 0 {
			t.Error("the worker was woken before the commit")
		}
		return err
	})
	if err != nil || len(o.wake) != 1 {
		t.Errorf("after the commit: %v, woken %d times", err, len(o.wake))
	}
	if waiting, _, err := store.MailBacklog(t.Context()); err != nil || waiting != 1 {
		t.Errorf("%d mails are waiting, %v; want 1", waiting, err)
	}
	now := time.Now()
	row, err := store.ClaimMail(t.Context(), now, now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if row.Recipient != "kept@example.com" || !strings.HasSuffix(row.MessageID, "@example.com") {
		t.Errorf("the row is for %q with ID %q", row.Recipient, row.MessageID)
	}
	for _, hidden := range []string{"secret-token", "Hello", "Team"} {
		if bytes.Contains(row.Sealed, []byte(hidden)) {
			t.Errorf("the row shows %q", hidden)
		}
	}
}

func TestAnInvalidMailIsRefusedAndNotStored(t *testing.T) {
	store := gormtest.SQLite(t)
	o := newOutbox(t, testConfig(), store)
	m := newMessage("ada@example.com\r\nBcc: x@evil.example")
	if err := o.Enqueue(t.Context(), m); !errors.Is(err, email.ErrInvalidMessage) {
		t.Errorf("Enqueue = %v, want ErrInvalidMessage", err)
	}
	if waiting, _, err := store.MailBacklog(t.Context()); err != nil || waiting != 0 {
		t.Errorf("%d mails are waiting, %v; want none", waiting, err)
	}
	m = newMessage("ada@example.com")
	m.ID = "known@example.com"
	if err := o.Enqueue(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := o.Enqueue(t.Context(), m); !errors.Is(err, models.ErrConflict) {
		t.Errorf("Enqueue of a known ID = %v, want ErrConflict", err)
	}
}

func TestSealedMailsOpenWithTheirKeyAndIDOnly(t *testing.T) {
	seal := func(keys ...string) *sealer {
		s, err := newSealer(keys)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	m := newMessage("ada@example.com")
	m.ID, m.Date = "a@example.com", time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	m.Header = map[string]string{"X-A": "b"}
	sealed, err := seal("old").seal(m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal("old").seal(m)
	if err != nil || bytes.Equal(sealed, again) {
		t.Errorf("a mail is sealed the same way twice, %v", err)
	}
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	for name, test := range map[string]struct {
		sealer *sealer
		id     string
		sealed []byte
		want   error
	}{
		"its key":              {seal("old"), m.ID, sealed, nil},
		"an old key":           {seal("new", "old"), m.ID, sealed, nil},
		"another key":          {seal("new"), m.ID, sealed, errUnreadable},
		"another row's ID":     {seal("old"), "b@example.com", sealed, errUnreadable},
		"altered":              {seal("old"), m.ID, altered, errUnreadable},
		"cut off":              {seal("old"), m.ID, sealed[:5], errUnreadable},
		"nothing":              {seal("old"), m.ID, nil, errUnreadable},
		"its key, second copy": {seal("old"), m.ID, again, nil},
	} {
		got, err := test.sealer.open(test.id, test.sealed)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if err == nil && (got.Text != m.Text || !got.Date.Equal(m.Date) || got.Header["X-A"] != "b") {
			t.Errorf("%s: %+v, want %+v", name, got, m)
		}
	}
	for _, keys := range [][]string{nil, {""}} {
		if _, err := New(Config{Keys: keys}, nil); !errors.Is(err, errNoKey) {
			t.Errorf("New with keys %q = %v, want errNoKey", keys, err)
		}
	}
}

func TestSettingsThatCannotWorkAreAllNamed(t *testing.T) {
	if err := testConfig().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	err := Config{Concurrency: 101, MaxAttempts: 0, MaxAge: 0, Retention: -1}.Validate()
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, name := range []string{"EMAIL_CONCURRENCY", "EMAIL_MAX_ATTEMPTS", "EMAIL_MAX_AGE", "EMAIL_OUTBOX_RETENTION"} {
		if !strings.Contains("\n"+err.Error(), "\n"+name+":") {
			t.Errorf("nothing about %s in:\n%v", name, err)
		}
	}
}

func TestPretendingLeavesNothing(t *testing.T) {
	store := gormtest.SQLite(t)
	o := newOutbox(t, testConfig(), store)
	err := store.Atomic(t.Context(), func(ctx context.Context) error { return o.Pretend(ctx, newMessage("nobody@example.com")) })
	if err != nil {
		t.Fatal(err)
	}
	if m, err := store.ClaimMail(t.Context(), time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("there is a mail: %+v, %v", m, err)
	}
	if err := o.Pretend(t.Context(), newMessage("no address")); !errors.Is(err, email.ErrInvalidMessage) {
		t.Errorf("a mail that cannot be sent: %v", err)
	}
}
