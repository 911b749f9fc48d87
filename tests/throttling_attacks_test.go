package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"watchword/tests/contract"
	"watchword/tests/harness"
)

// The scenarios of the group throttling in testdata/attacks.jsonl, under the default limits; each test bears the name of
// its case. throttle-memory is a test of package auth/throttle.

// The default limits.
const (
	failuresOfOneClient        = 300
	failuresOfClientAndAccount = 30
	failuresOfAccount          = 100
	mailsToOneAddress          = 5
)

// guesser sends guesses to a server whose proxy is the test itself.
type guesser struct{ server *harness.Server }

func newGuesser(t *testing.T, db harness.Database, change func(settings map[string]any)) guesser {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["PASSWORD_HASHERS"] = []string{"md5", "argon2"} // a thousand guesses in no time
	settings["TRUSTED_PROXIES"] = []string{"127.0.0.1"}
	settings["ACCOUNT_AUTHENTICATION_METHOD"] = "username_email"
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{
		"simplejwt": "/api/token/", "dj-rest-auth": "/dj-rest-auth/", "authtoken": "/auth/"}}
	if change != nil {
		change(settings)
	}
	return guesser{harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(
			harness.User{ID: 1, Username: "bob", Email: "bob@x.org", Password: ownPassword},
			harness.User{ID: 2, Username: "eve", Email: "eve@x.org", Password: ownPassword})})}
}

// send posts JSON with these headers, name and value by turns.
func (g guesser) send(t *testing.T, path string, body any, headers ...string) harness.Answer {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.server.URL+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	g.server.Check(contract.Answer{Method: r.Method, Path: path, Status: response.StatusCode, Header: response.Header, Body: read})
	return harness.Answer{Status: response.StatusCode, Header: response.Header, Body: read}
}

// login tries a password at simplejwt's login.
func (g guesser) login(t *testing.T, name, password string, headers ...string) int {
	t.Helper()
	return g.send(t, "/api/token/", map[string]string{"username": name, "password": password}, headers...).Status
}

// until calls guess until it is answered 429, and returns how often it was answered otherwise; most at the most.
func until(t *testing.T, most int, guess func(i int) int) int {
	t.Helper()
	for i := range most {
		switch status := guess(i); {
		case status == http.StatusTooManyRequests:
			return i
		case status < 400 || status > 499:
			t.Fatalf("guess %d was answered %d", i, status)
		}
	}
	return most
}

func wantGuesses(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%d guesses were let through, want %d", got, want)
	}
}

// from is X-Forwarded-For with one client.
func from(client string) []string { return []string{"X-Forwarded-For", client} }

func TestThrottling(t *testing.T) {
	t.Parallel()
	scenarios := []struct {
		id   string
		play func(t *testing.T, db harness.Database)
	}{
		{"throttle-login-account", guessOneAccount},
		{"throttle-xff", rotateHeaders},
		{"throttle-xff-chain", inventHops},
		{"throttle-ident-alias", spreadOverNames},
		{"throttle-endpoint-alias", spreadOverEndpoints},
		{"throttle-reset-on-success", interleaveSuccess},
		{"throttle-lockout-dos", lockOut},
		{"throttle-spray", spray},
		{"throttle-token-guess", guessResetTokens},
		{"throttle-burst-race", burst},
		{"mails to one address", mailBomb},
	}
	for _, s := range scenarios {
		t.Run(s.id, func(t *testing.T) {
			t.Parallel()
			harness.EachDatabase(t, func(t *testing.T, db harness.Database) { s.play(t, db) })
		})
	}
}

func guessOneAccount(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	wantGuesses(t, until(t, 100, func(int) int { return g.login(t, "bob", "wrong") }), failuresOfClientAndAccount)
	got := g.send(t, "/api/token/", map[string]string{"username": "bob", "password": ownPassword})
	if got.Status != 429 || got.Header.Get("Retry-After") == "" {
		t.Errorf("the right password meanwhile = %d %v, want 429 with Retry-After", got.Status, got.Header)
	}
	if got := g.login(t, "eve", ownPassword); got != 200 {
		t.Errorf("another account = %d, want 200", got)
	}
}

func rotateHeaders(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, func(settings map[string]any) { delete(settings, "TRUSTED_PROXIES") })
	wantGuesses(t, until(t, 100, func(i int) int {
		address := fmt.Sprintf("10.0.0.%d", i)
		return g.login(t, "bob", "wrong", "X-Forwarded-For", address, "X-Real-IP", address, "Forwarded", "for="+address,
			"X-Client-IP", address, "True-Client-IP", address)
	}), failuresOfClientAndAccount)
}

func inventHops(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	wantGuesses(t, until(t, 100, func(i int) int {
		return g.login(t, "bob", "wrong", from(fmt.Sprintf("1.2.3.%d, 198.51.100.7", i))...)
	}), failuresOfClientAndAccount)
	if got := g.login(t, "bob", ownPassword, from("198.51.100.8")...); got != 200 {
		t.Errorf("another client = %d, want 200", got)
	}
}

func spreadOverNames(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	names := []string{"bob", "BOB", "bob@x.org", "Bob", "BOB@X.ORG"}
	wantGuesses(t, until(t, 100, func(i int) int { return g.login(t, names[i%len(names)], "wrong") }), failuresOfClientAndAccount)
	for _, name := range names {
		if got := g.login(t, name, ownPassword); got != 429 {
			t.Errorf("%s = %d, want 429", name, got)
		}
	}
}

func spreadOverEndpoints(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	access := g.send(t, "/api/token/", map[string]string{"username": "bob", "password": ownPassword}).Field(t, "access")
	endpoints := []func() int{
		func() int { return g.login(t, "bob", "wrong") },
		func() int {
			return g.send(t, "/dj-rest-auth/login/", map[string]string{"username": "bob", "password": "wrong"}).Status
		},
		func() int {
			return g.send(t, "/auth/login/", map[string]string{"username": "bob", "password": "wrong"}).Status
		},
		func() int {
			return g.send(t, "/dj-rest-auth/password/change/", map[string]string{"old_password": "wrong",
				"new_password1": "a-new-horse-11", "new_password2": "a-new-horse-11"}, "Authorization", "Bearer "+access).Status
		},
	}
	wantGuesses(t, until(t, 100, func(i int) int { return endpoints[i%len(endpoints)]() }), failuresOfClientAndAccount)
	for i, guess := range endpoints {
		if got := guess(); got != 429 {
			t.Errorf("endpoint %d = %d, want 429", i, got)
		}
	}
}

func interleaveSuccess(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	wantGuesses(t, until(t, 100, func(i int) int {
		if i%9 == 8 {
			if got := g.login(t, "eve", ownPassword); got != 200 {
				t.Errorf("one's own login = %d, want 200", got)
			}
		}
		return g.login(t, "bob", "wrong")
	}), failuresOfClientAndAccount)
}

// lockOut lets very many clients guess, until nobody who is unknown to the account is let in.
func lockOut(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	if got := g.login(t, "bob", ownPassword, from("198.51.100.1")...); got != 200 {
		t.Fatalf("login = %d", got)
	}
	bot := func(i int) int { return g.login(t, "bob", "wrong", from(fmt.Sprintf("203.0.113.%d", i))...) }
	wantGuesses(t, until(t, 200, bot), failuresOfAccount)
	if got := g.login(t, "bob", ownPassword, from("198.51.100.2")...); got != 429 {
		t.Errorf("an unknown client = %d, want 429", got)
	}
	if got := g.login(t, "bob", ownPassword, from("198.51.100.1")...); got != 200 {
		t.Errorf("the known client = %d, want 200", got)
	}
	if got := g.send(t, "/dj-rest-auth/password/reset/", map[string]string{"email": "bob@x.org"}); got.Status != 200 {
		t.Errorf("reset by mail = %d %s, want 200", got.Status, got.Body)
	}
}

func spray(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	wantGuesses(t, until(t, 1000, func(i int) int { return g.login(t, fmt.Sprint("user", i), "Password1") }), failuresOfOneClient)
	if got := g.login(t, "bob", ownPassword, from("198.51.100.1")...); got != 200 {
		t.Errorf("another client = %d, want 200", got)
	}
}

func guessResetTokens(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	confirm := func(token string, headers ...string) harness.Answer {
		return g.send(t, "/dj-rest-auth/password/reset/confirm/", map[string]string{"uid": "1", "token": token,
			"new_password1": "a-new-horse-11", "new_password2": "a-new-horse-11"}, headers...)
	}
	wantGuesses(t, until(t, 1000, func(i int) int {
		return confirm(fmt.Sprintf("cs1w2a-%032x", i)).Status
	}), failuresOfOneClient)
	if got := confirm("cs1w2a-0123456789abcdef0123456789abcdef", from("198.51.100.1")...); got.Status != 400 {
		t.Errorf("another client = %d %s, want 400", got.Status, got.Body)
	}
}

// burst sends many guesses before the first is answered.
func burst(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, nil)
	body := map[string]string{"username": "bob", "password": "wrong"}
	var tried atomic.Int32
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			got, err := g.server.Do(t.Context(), http.MethodPost, "/api/token/", "", body)
			switch {
			case err != nil:
				t.Error(err)
			case got.Status == 401:
				tried.Add(1)
			case got.Status != 429:
				wantBusy(t, got)
			}
		})
	}
	all.Wait()
	if got := tried.Load(); got > failuresOfClientAndAccount {
		t.Errorf("%d passwords were tried, want %d at most", got, failuresOfClientAndAccount)
	}
}

// mailBomb asks for more links than are sent. The answers do not tell.
func mailBomb(t *testing.T, db harness.Database) {
	g := newGuesser(t, db, func(settings map[string]any) {
		settings["EMAIL_BACKEND"], settings["EMAIL_FILE_PATH"] = "filebased", t.TempDir()
	})
	for i := range 20 {
		got := g.send(t, "/dj-rest-auth/password/reset/", map[string]string{"email": []string{"bob@x.org", "BOB@x.org"}[i%2]})
		if got.Status != 200 {
			t.Fatalf("request %d = %d %s, want 200", i, got.Status, got.Body)
		}
	}
	rows := db.Open(t)
	if got := harness.Count(t, rows, "SELECT count(*) FROM watchword_outbox"); got != mailsToOneAddress {
		t.Errorf("%d mails, want %d", got, mailsToOneAddress)
	}
}
