package tests

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"watchword/tests/harness"
)

// The attacks on opaque tokens that the list tells as steps; each test is named by its id.

const (
	loginPath  = "/auth/login/"
	logoutPath = "/auth/logout/"
	whoAmIPath = "/auth-demo/whoami/"
)

// tokenServer starts a server with opaque tokens for mike, and cheap passwords.
func tokenServer(t *testing.T, db harness.Database, change map[string]any) *harness.Server {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["DEMO"], settings["PASSWORD_HASHERS"] = true, []string{"md5", "argon2"} // the subject is what comes after the password
	for name, value := range change {
		settings[name] = value
	}
	return harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword})})
}

// credentials open mike's account.
func credentials() map[string]string {
	return map[string]string{"username": "mike", "password": ownPassword}
}

// send sends a request with headers given as name, value, name, value. Redirects are not followed.
func send(t *testing.T, s *harness.Server, method, path, body string, header ...string) harness.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return harness.Answer{Status: answer.StatusCode, Header: answer.Header, Body: text}
}

// TestAttack_opqlife_logout_no_header is "opqlife-logout-no-header".
func TestAttack_opqlife_logout_no_header(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, harness.SQLite(t), map[string]any{
		"FEATURES":              map[string]any{"mounts": map[string]string{"dj-rest-auth": "/accounts/", "authtoken": "/auth/"}},
		"REST_FRAMEWORK":        map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session"}},
		"REST_AUTH":             map[string]any{"SESSION_LOGIN": true, "USE_JWT": false, "TOKEN_MODEL": nil},
		"SESSION_COOKIE_SECURE": false, "CSRF_COOKIE_SECURE": false,
	})
	opened := server.Post(t, "/accounts/login/", credentials())
	jar := map[string]string{}
	for _, cookie := range (&http.Response{Header: opened.Header}).Cookies() {
		jar[cookie.Name] = cookie.Value
	}
	if jar["sessionid"] == "" {
		t.Fatalf("no session: %d %s", opened.Status, opened.Body)
	}
	cookies := "sessionid=" + jar["sessionid"] + "; csrftoken=" + jar["csrftoken"]
	for _, header := range [][]string{
		{"Cookie", cookies}, {"Cookie", cookies, "X-CSRFToken", jar["csrftoken"]},
		{"Cookie", cookies, "X-CSRFToken", jar["csrftoken"], "Authorization", "Token"},
	} {
		if got := send(t, server, "DELETE", logoutPath, "", header...); got.Status < 400 || got.Status >= 500 {
			t.Errorf("%v: %d, want 4xx", header, got.Status)
		}
	}
}

// TestAttack_opqlife_unique is "opqlife-unique" and "opqlife-session-cap": ten thousand logins of one user, with the race
// detector one thousand.
func TestAttack_opqlife_unique(t *testing.T) {
	t.Parallel()
	const clients, limit = 8, 20
	logins := 10001
	if harness.RaceDetector {
		logins = 1001
	}
	db := harness.SQLite(t)
	server := tokenServer(t, db, map[string]any{"AUTH_TOKEN_LIMIT_PER_USER": limit})
	var mutex sync.Mutex
	var running sync.WaitGroup
	tokens, prefixes := map[string]bool{}, map[string]int{}
	var counts [256]int
	last := ""
	for client := range clients {
		running.Go(func() {
			for range share(logins, clients, client) {
				token, ok := logIn(t.Context(), t, server)
				if !ok {
					return
				}
				raw, err := base64.RawURLEncoding.DecodeString(token)
				if err != nil || len(raw) < 16 {
					t.Errorf("a token of %d bytes, %v", len(raw), err)
					return
				}
				mutex.Lock()
				tokens[token], last = true, token
				prefixes[token[:8]]++
				for _, b := range raw {
					counts[b]++
				}
				mutex.Unlock()
			}
		})
	}
	running.Wait()
	if len(tokens) != logins || len(prefixes) != logins {
		t.Errorf("%d different tokens with %d different beginnings, want %d", len(tokens), len(prefixes), logins)
	}
	if got := chiSquare(counts); got > 436 { // 255 expected, with a standard deviation of 22.6; this is 8 of them away
		t.Errorf("the bytes are not evenly spread: chi-square %.0f", got)
	}
	if got := harness.Count(t, db.Open(t), "SELECT COUNT(*) FROM rest_authtoken_authtoken"); got != limit {
		t.Errorf("%d rows, want the limit of %d", got, limit)
	}
	if got := send(t, server, "GET", whoAmIPath, "", "Authorization", "Token "+last); got.Status != 200 {
		t.Errorf("the newest login: %d", got.Status)
	}
}

// share is how many of all fall to one of several.
func share(all, parts, part int) int { return (all + parts - 1 - part) / parts }

// logIn logs mike in. It may be called by any goroutine.
func logIn(ctx context.Context, t *testing.T, server *harness.Server) (token string, ok bool) {
	for { // a busy server says so; it is not the subject here
		got, err := server.Do(ctx, http.MethodPost, loginPath, "", credentials())
		switch {
		case err != nil:
			t.Error(err)
			return "", false
		case got.Status == http.StatusServiceUnavailable:
			continue
		case got.Status != http.StatusOK:
			t.Errorf("login: %d %s", got.Status, got.Body)
			return "", false
		}
		return strings.Trim(strings.TrimPrefix(string(got.Body), `{"token":`), `"}`), true
	}
}

// chiSquare compares how often each byte came with an even spread.
func chiSquare(counts [256]int) (sum float64) {
	total := 0
	for _, n := range counts {
		total += n
	}
	expected := float64(total) / float64(len(counts))
	for _, n := range counts {
		sum += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	return sum
}

// TestAttack_opqlife_idle is "opqlife-idle". Instead of the clock the token's times are moved, minute by minute.
func TestAttack_opqlife_idle(t *testing.T) {
	t.Parallel()
	db := harness.SQLite(t)
	server := tokenServer(t, db, map[string]any{
		"AUTH_TOKEN_VALIDITY": 150, "AUTH_TOKEN_AUTO_REFRESH": true, "AUTH_TOKEN_MIN_REFRESH_INTERVAL": 30,
		"AUTH_TOKEN_AUTO_REFRESH_MAX_TTL": 600,
	})
	rows := db.Open(t)
	pass := func(minutes string) {
		t.Helper()
		for _, column := range [][2]string{{"rest_authtoken_authtoken", "created"}, {"watchword_authtoken_refresh", "refreshed_at"}} {
			_, err := rows.ExecContext(t.Context(), "UPDATE "+column[0]+" SET "+column[1]+
				" = strftime('%Y-%m-%d %H:%M:%f', "+column[1]+", ?) || '000'", "-"+minutes+" minutes")
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	use := func(token string) int {
		t.Helper()
		return send(t, server, "GET", whoAmIPath, "", "Authorization", "Token "+token).Status
	}
	used, _ := logIn(t.Context(), t, server)
	idle, _ := logIn(t.Context(), t, server)
	for minute := 1; minute <= 9; minute++ {
		pass("1")
		if got := use(used); got != 200 {
			t.Fatalf("in use after %d minutes: %d", minute, got)
		}
	}
	if got := use(idle); got != 401 {
		t.Errorf("idle for nine minutes: %d, want 401", got)
	}
	pass("1.1")
	if got := use(used); got != 401 {
		t.Errorf("in use beyond the absolute end: %d, want 401", got)
	}
}
