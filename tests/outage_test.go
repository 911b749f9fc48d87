package tests

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"watchword/email/smtptest"
	"watchword/tests/harness"
)

// outageRegistrations is how many people register while the mail server is down.
const outageRegistrations = 500

// TestNoMailIsLostInAnOutage lets people register while the mail server is down for all of them, restarts Watchword in
// between, and then starts the mail server: every confirmation arrives, and none twice.
func TestNoMailIsLostInAnOutage(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		mailServer := smtptest.New(t, smtptest.Config{})
		server := harness.Start(t, harness.Config{Database: db, Settings: confirming(mailServer.Port()),
			Environ: []string{"WATCHWORD_EMAIL_BACKEND=smtp"}})
		began := time.Now()
		register(t, server, 0, outageRegistrations/2)
		server.Kill(t)
		server.Launch(t)
		register(t, server, outageRegistrations/2, outageRegistrations)
		t.Logf("%d registrations without a mail server took %v", outageRegistrations, time.Since(began))

		mailServer.Start()
		received := map[string]int{}
		for _, mail := range mailServer.Wait(outageRegistrations) {
			received[mail.Message(t).Header.Get("To")]++
		}
		if len(received) != outageRegistrations {
			t.Errorf("mails for %d people, want %d", len(received), outageRegistrations)
		}
		for to, n := range received {
			if n != 1 {
				t.Errorf("%d mails to %s, want 1", n, to)
			}
		}
	})
}

// confirming are the settings of a server that mails confirmations through the mail server at port.
func confirming(port int) map[string]any {
	return map[string]any{
		"SECRET_KEY":           "one of many servers of a database: 0123456789abcdefghijklmnopqrstuvwxyz",
		"REGISTRATION_ENABLED": true, "REGISTRATION_EMAIL_CONFIRM": true,
		"REGISTRATION_EMAIL_CONFIRM_MODEL_FIELD": "is_active",
		"REGISTRATION_EMAIL": map[string]any{
			"BASE_URL": "https://watchword.example", "FROM": "door@watchword.example", "SUBJECT": "Please confirm",
			"MESSAGE": "{username}, please confirm: {url}",
		},
		"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port,
		"PASSWORD_HASHERS": []string{"md5"}, // the subject is mail
	}
}

func register(t *testing.T, server *harness.Server, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		name := fmt.Sprintf("person%d", i)
		got, err := server.Do(t.Context(), http.MethodPost, "/auth/register/", "", map[string]string{
			"username": name, "password": "unlikely-" + name[6:] + "-phrase", "email": name + "@example.com",
		})
		if err != nil || got.Status != http.StatusCreated {
			t.Fatalf("registering %s = %d %s (%v), want 201", name, got.Status, got.Body, err)
		}
	}
}
