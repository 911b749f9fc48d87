package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"watchword/email"
	"watchword/email/outbox"
	"watchword/email/smtptest"
	"watchword/models/gormstore"
)

// throughSMTP makes a workplace whose mails go to server.
func throughSMTP(t *testing.T, server *smtptest.Server, environ ...string) *workplace {
	t.Helper()
	return newWorkplace(t, append([]string{
		"WATCHWORD_SECRET_KEY=" + decentKey, "WATCHWORD_EMAIL_BACKEND=smtp", "WATCHWORD_EMAIL_HOST=127.0.0.1",
		"WATCHWORD_EMAIL_PORT=" + strconv.Itoa(server.Port()), "WATCHWORD_DEFAULT_FROM_EMAIL=Team <team@example.com>",
	}, environ...)...)
}

func TestServeSendsWhatWasPromised(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	w := throughSMTP(t, server)
	w.must(t, "migrate")
	cfg := gormstore.DefaultConfig()
	cfg.URL = sqliteIn(filepath.Join(w.dir, "data"))
	store, err := gormstore.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	box, err := outbox.New(outbox.Config{Keys: []string{decentKey}}, store)
	if err != nil {
		t.Fatal(err)
	}
	promise := func(to string) {
		m := email.Message{From: "team@example.com", To: to, Subject: "Hello", Text: "Hello\n"}
		if err := box.Enqueue(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	promise("before@example.com")
	s := w.serve(t)
	server.Wait(1)
	promise("after@example.com")
	if mails := server.Wait(2); mails[0].To != "before@example.com" || mails[1].To != "after@example.com" {
		t.Errorf("the mails went to %s and %s", mails[0].To, mails[1].To)
	}
	if code := s.finish(t); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if waiting, _, err := store.MailBacklog(t.Context()); err != nil || waiting != 0 {
		t.Errorf("%d mails are waiting, %v; want none", waiting, err)
	}
}

func TestSendTestEmailSaysWhatHappened(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{To: func(to string) error {
		if strings.HasPrefix(to, "nobody") {
			return smtptest.Reply(550, "5.1.1 no such user")
		}
		return nil
	}})
	w := throughSMTP(t, server)
	w.run(t, "", "sendtestemail", "ada@example.com", "nobody@example.com", "no address", "bob@example.com").
		expect(t, exitFailed, "ada@example.com: the mail server 127.0.0.1:", "bob@example.com: the mail server",
			"the mail to nobody@example.com was not sent: RCPT TO: 550", "no such user",
			"the mail to no address was not sent: invalid mail: To: this is not one plain address")
	mails := server.Mails()
	if len(mails) != 2 || mails[0].From != "team@example.com" {
		t.Fatalf("the server has %d mails", len(mails))
	}
	if subject := mails[0].Message(t).Header.Get("Subject"); !strings.Contains(subject, "arrive") {
		t.Errorf("subject %q", subject)
	}
	server.Stop()
	w.run(t, "", "sendtestemail", "ada@example.com").expect(t, exitFailed, "connecting: ", "are EMAIL_HOST, EMAIL_PORT")

	w = newWorkplace(t)
	w.run(t, "", "sendtestemail", "ada@example.com").
		expect(t, exitOK, "To: <ada@example.com>", strings.Repeat("-", 79), "EMAIL_BACKEND is console; nobody gets it")
	w.run(t, "", "sendtestemail").expect(t, exitUsage)
	folder := filepath.Join(w.dir, "mail")
	w.environ = append(w.environ, "WATCHWORD_EMAIL_BACKEND=filebased", "WATCHWORD_EMAIL_FILE_PATH="+folder)
	w.run(t, "", "sendtestemail", "ada@example.com").expect(t, exitOK, "was written into "+folder)
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}

func TestFaultsOfMailStopTheServer(t *testing.T) {
	w := newWorkplace(t)
	w.write(t, "test.txt", "no subject")
	file := w.write(t, "settings.yaml", "EMAIL_USE_TLS: true\nEMAIL_USE_SSL: true\nEMAIL_CONCURRENCY: 0\n"+
		"DEFAULT_FROM_EMAIL: nobody\nEMAIL_TEMPLATES_DIR: "+w.dir+"\n")
	w.run(t, "", "--settings", file).expect(t, exitUsage, "EMAIL_USE_TLS: ", "EMAIL_CONCURRENCY: ", "DEFAULT_FROM_EMAIL: ",
		"EMAIL_TEMPLATES_DIR: "+w.dir+"/test: ")
}

func TestWatchedMailsAreSentInOrderAndSlowOnesKeepTheirLease(t *testing.T) {
	s := DefaultSettings(Safe)
	if got := s.outbox().Concurrency; got != 1 {
		t.Errorf("console sends %d mails at once, want 1", got)
	}
	s.Email.Backend, s.Email.Timeout = email.BackendSMTP, 2*outbox.DefaultConfig().Lease
	if got := s.outbox(); got.Concurrency != s.Outbox.Concurrency || got.Lease/2 < s.Email.Timeout {
		t.Errorf("%d mails at once, a lease of %v", got.Concurrency, got.Lease)
	}
}
