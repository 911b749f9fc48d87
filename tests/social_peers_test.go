package tests

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"watchword/tests/harness"
)

// TestAllauthReadsSocialAccounts lets Debian's django-allauth look at what a login left in the database. It is from
// before extra_data became a JSON column, so that PostgreSQL's it cannot read.
func TestAllauthReadsSocialAccounts(t *testing.T) {
	t.Parallel()
	p, database := startProvider(t), harness.SQLite(t)
	s := startSocial(t, p, database, map[string]any{"SOCIALACCOUNT_STORE_TOKENS": true})
	p.ask(t, map[string]any{"issued": map[string]any{"active": true, "client_id": socialClient, "sub": "by-token"}})
	socialLogin(t, s, "mock", map[string]any{"access_token": "opaque"}, 200)

	allauth := startDjango(t, database)
	got := allauth.ask(t, map[string]any{"op": "social", "provider": "mock", "uid": "by-token"}).JSON
	for name, want := range map[string]any{"username": "holder", "usable": false, "email": "holder@example.com",
		"verified": true, "sub": "by-token", "token": "opaque", "joined": true} {
		if got[name] != want {
			t.Errorf("allauth says %s is %v, want %v", name, got[name], want)
		}
	}
}

func TestAProviderInTroubleHoldsNobodyElseUp(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	facebook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("access_token") {
		case "slow":
			select {
			case <-r.Context().Done():
			case <-released:
			}
		case "elsewhere":
			http.Redirect(w, r, "http://127.0.0.2/", http.StatusFound)
		case "huge":
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		default:
			_, _ = w.Write([]byte("<html>"))
		}
	}))
	t.Cleanup(facebook.Close)
	t.Cleanup(func() { close(released) })
	settings := harness.DefaultSettings(t)
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/", "hello": "/hello/"},
		"social": []string{"facebook"}}
	settings["SOCIALACCOUNT_ALLOW_LOOPBACK"] = true
	settings["SOCIALACCOUNT_REQUESTS_TIMEOUT"] = "2s"
	settings["SOCIALACCOUNT_PROVIDERS"] = map[string]any{"facebook": map[string]any{"GRAPH_API_URL": facebook.URL,
		"APP": map[string]any{"client_id": socialClient, "secret": socialSecret}}}
	s := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings, Secrets: []string{socialSecret}})

	const patience = 10 * time.Second // what clients are promised
	for _, token := range []string{"slow", "elsewhere", "huge", "malformed"} {
		start := time.Now()
		got := s.Post(t, "/dj-rest-auth/facebook/", map[string]any{"access_token": token})
		if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
			t.Errorf("%s = %d %s, want 503 with Retry-After", token, got.Status, got.Body)
		}
		if took := time.Since(start); took > patience {
			t.Errorf("%s took %v", token, took)
		}
	}
	facebook.CloseClientConnections()
	if got := s.Get(t, "/hello/", ""); got.Status != http.StatusUnauthorized {
		t.Errorf("hello = %d", got.Status)
	}
}

// TestWhoRegisteredFirstWithSomebodysAddressGetsNothing is the attack by registering beforehand with the victim's address:
// the victim's login with a provider neither opens that account nor links to it.
func TestWhoRegisteredFirstWithSomebodysAddressGetsNothing(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	s := startSocial(t, p, harness.SQLite(t), map[string]any{"SOCIALACCOUNT_EMAIL_AUTHENTICATION": true,
		"SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": true})
	registered := s.Post(t, "/dj-rest-auth/registration/", map[string]any{"username": "mallory", "email": "victim@example.com",
		"password1": ownPassword, "password2": ownPassword})
	if registered.Status != http.StatusCreated {
		t.Fatalf("registration = %d %s", registered.Status, registered.Body)
	}
	said := socialLogin(t, s, "google", map[string]any{"id_token": p.idToken(t, "victim", nil)}, 400)
	if len(said.Messages) != 1 || said.Messages[0] != "User is already registered with this e-mail address." {
		t.Errorf("said %q", said.Messages)
	}
	access := registered.Field(t, "access")
	if got := s.Get(t, "/dj-rest-auth/socialaccounts/", access); got.Status != 200 || string(got.Body) != "[]" {
		t.Errorf("the attacker has %d %s", got.Status, got.Body)
	}
	unproved := p.idToken(t, "mike", map[string]any{"email": "mike@example.org", "email_verified": false})
	socialLogin(t, s, "google", map[string]any{"id_token": unproved}, 400)
}
