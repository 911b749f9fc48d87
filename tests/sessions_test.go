package tests

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"watchword/tests/contract"
	"watchword/tests/harness"
)

// The rows that a Django 4.2 with this secret key has made: alice, and a session that she has logged in to.
const (
	djangoSecretKey = "transcripts-secret-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefgh"
	djangoPassword  = "pbkdf2_sha256$600000$refSaltRefSaltRefSalt0$PLzPg3lrFMJVeb2Fl+EcdUWi953x9n/p/MwYChiqsvQ="
	djangoSession   = "eyJfYXV0aF91c2VyX2lkIjoiMSIsIl9hdXRoX3VzZXJfYmFja2VuZCI6ImRqYW5nby5jb250cmliLmF1dGguYmFja2VuZHMuTW9k" +
		"ZWxCYWNrZW5kIiwiX2F1dGhfdXNlcl9oYXNoIjoiM2FmYTlmZDA3MTVjMTVkNGRlMDA3YzNkMzFhOTUyZmMyODdiZjcwYmJkOTg4" +
		"ZTlmNzQwNzlhZTRiYTA2OGIyMiJ9:1sDNQw:tUaFBHVGiy4YkNUXiPaG7DIZhoCptUBQgL7-Riaj-sI"
)

// TestSessionsAreKeptWhereOnlyAIKitUsesThem is about requests that no view looks at a session for: the session slides all
// the same, and a cookie that is good for nothing is taken back.
func TestSessionsAreKeptWhereOnlyAIKitUsesThem(t *testing.T) {
	t.Parallel()
	settings := harness.DefaultSettings(t)
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"ai-kit": "/api/v1/auth/"}}
	settings["SESSION_SAVE_EVERY_REQUEST"] = true
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings,
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
	v := newVisitor(server)
	v.ask(t, http.MethodGet, kitMePath, nil)
	if got := v.ask(t, http.MethodPost, kitLoginPath, map[string]string{"ident": "mike", "password": ownPassword}); got.Status != 200 {
		t.Fatalf("login: %d %s", got.Status, got.Body)
	}
	key := v.jar["sessionid"]
	for name, test := range map[string]struct{ key, want string }{
		"a session that slides":     {key, "sessionid=" + key + "; Path=/; Expires="},
		"a session that nobody has": {"unknownunknownunknown", `sessionid=""; Path=/; Expires=`},
	} {
		got := holding(server, test.key).ask(t, http.MethodGet, "/nowhere/", nil)
		if sent := got.Header.Get("Set-Cookie"); !strings.HasPrefix(sent, test.want) {
			t.Errorf("%s: Set-Cookie is %q, want %q…", name, sent, test.want)
		}
	}
}

func TestSessionsOfADjangoAreRecognised(t *testing.T) {
	t.Parallel()
	settings := map[string]any{
		"SECRET_KEY":     djangoSecretKey,
		"FEATURES":       map[string]any{"mounts": map[string]string{"dj-rest-auth": "/accounts/"}},
		"REST_FRAMEWORK": map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session", "basic"}},
		"REST_AUTH":      map[string]any{"OLD_PASSWORD_FIELD_ENABLED": false},
	}
	rows := []map[string]any{
		{"model": "auth.user", "pk": 1, "fields": map[string]any{"username": "alice", "password": djangoPassword}},
		{"model": "sessions.session", "pk": "ssssssssssssssssssssssssssssss01", "fields": map[string]any{
			"session_data": djangoSession, "expire_date": "2099-01-01T00:00:00Z"}},
	}
	const cookies, secret = "sessionid=ssssssssssssssssssssssssssssss01; csrftoken=", "Abcdefghij0123456789KLMNOPQRSTUV"
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := harness.Start(t, harness.Config{Database: db, Settings: settings, Fixtures: rows, Secrets: []string{secret}})
		const user, change = "/accounts/user/", "/accounts/password/change/"
		const input = `{"first_name":"A","new_password1":"a new Password 7","new_password2":"a new Password 7"}`
		for _, test := range []struct {
			name, method, path, cookies, token string
			status                             int
			body, sent                         string // parts of the answer, and of the cookie in it
		}{
			{"read", "GET", user, cookies + secret, "", 200, `"username":"alice"`, ""},
			{"change", "PATCH", user, cookies + secret, secret, 200, `"first_name":"A"`, ""},
			{"change without token", "PATCH", user, cookies + secret, "", 403, `{"detail":"CSRF Failed: CSRF token missing."}`, ""},
			{"change with a malformed cookie", "PATCH", user, cookies + "abc", secret, 403, "CSRF cookie has incorrect length.", "csrftoken="},
			{"unknown session", "GET", user, "sessionid=unknownunknown", "", 403, "credentials were not provided", `sessionid=""; Path=/; Expires=`},
			{"no session", "GET", user, "", "", 403, "credentials were not provided", ""},
			{"change the password", "POST", change, cookies + secret, secret, 200, "has been saved", "sessionid="},
			{"the key from before that", "GET", user, cookies + secret, "", 403, "credentials were not provided", `sessionid=""; Path=/; Expires=`},
		} {
			t.Run(test.name, func(t *testing.T) {
				r, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, strings.NewReader(input))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Cookie", test.cookies)
				if test.token != "" {
					r.Header.Set("X-CSRFToken", test.token)
				}
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = answer.Body.Close() }()
				body, err := io.ReadAll(answer.Body)
				server.Check(contract.Answer{Method: test.method, Path: test.path, Status: answer.StatusCode, Header: answer.Header, Body: body})
				if err != nil || answer.StatusCode != test.status || !strings.Contains(string(body), test.body) {
					t.Errorf("got %d %s, %v; want %d %s", answer.StatusCode, body, err, test.status, test.body)
				}
				if got := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(got, test.sent) || (got == "") != (test.sent == "") {
					t.Errorf("Set-Cookie: got %q, want %q…", got, test.sent)
				}
				if got := answer.Header.Get("Vary"); !strings.Contains(got, "Cookie") {
					t.Errorf("Vary: got %q, want Cookie in it", got)
				}
			})
		}
	})
}
