package tests

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

// The fixed parts of the sessions under attack.
const (
	sessionKey        = "sessionofmike0123456789abcdefghi"
	mikesSecret       = "MikesSecret0123456789abcdefghijk"
	otherSecret       = "OtherSecret0123456789abcdefghijk"
	ownUserPath       = "/dj-rest-auth/user/"
	sessionLoginPath  = "/dj-rest-auth/login/"
	kitMePath         = "/api/v1/auth/me/"
	kitLoginPath      = "/api/v1/auth/login/"
	kitLogoutPath     = "/api/v1/auth/logout/"
	sessionLogoutPath = "/dj-rest-auth/logout/"
	ownPasswordPath   = "/dj-rest-auth/password/change/"
)

// place is where something is kept.
type place string

// The places for CSRF secrets.
const (
	cookie  place = "cookie"
	session place = "session" // where nobody can put another in its place
)

// newSessionTarget is a server under COMPATIBILITY safe whose users log in by session. secretIn says where the CSRF secret
// is.
func newSessionTarget(t *testing.T, secretIn place) *target {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session"}}
	settings["REST_AUTH"] = map[string]any{"USE_JWT": false, "SESSION_LOGIN": true, "LOGOUT_ON_PASSWORD_CHANGE": false}
	settings["CSRF_USE_SESSIONS"] = secretIn == session
	settings["CSRF_TRUSTED_ORIGINS"] = []string{friendlyOrigin}
	settings["SECURE_PROXY_SSL_HEADER"] = []string{"HTTP_X_FORWARDED_PROTO", "https"}
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{
		"ai-kit": "/api/v1/auth/", "dj-rest-auth": "/dj-rest-auth/", "simplejwt": "/api/token/"}}
	db := harness.SQLite(t)
	server := harness.Start(t, harness.Config{
		Database: db, Settings: settings, Secrets: []string{ownPassword, harness.SecretKey, mikesSecret},
		Fixtures: harness.Rows(
			harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword},
			harness.User{ID: 2, Username: "vera", Email: "vera@example.org", Password: "another-horse-7"},
		),
	})
	x := &target{server: server, trap: new(atomic.Int32), state: &attack.State{DB: db.Open(t), MailDir: server.MailDir}}
	x.values = attack.Values{
		"USER": "mike", "PASS": ownPassword, "VICTIM_NAME": "vera", "HOST": server.Host, "ORIGIN": "http://" + server.Host,
		"SESSION": sessionKey, "CSRF_SECRET": mikesSecret, "CSRF": masked(mikesSecret), "CSRF_OTHER": masked(otherSecret),
		"ATT_SECRET": otherSecret, "ATT_CSRF": masked(otherSecret), "ACCESS": "x", "REFRESH": "x",
		"DJANGO_SIGNED": signedText("account", `{"_auth_user_id":"1"}`),
	}
	x.writeSession(t, sessionKey, signedText(sessionSalt, x.entries(t)))
	if got := holding(server, sessionKey).ask(t, http.MethodGet, kitMePath, nil); !strings.Contains(string(got.Body), `"mike"`) {
		t.Fatalf("the session under attack is not recognised: %d %s", got.Status, got.Body)
	}
	return x
}

// masked is a CSRF token for the secret: a mask of the letter a leaves it as it is.
func masked(secret string) string { return strings.Repeat("a", len(secret)) + secret }

// entries are those of a session that mike has logged in to; old texts and the new ones in their place follow.
func (x *target) entries(t *testing.T, change ...string) string {
	t.Helper()
	var stored string
	if err := x.state.DB.QueryRowContext(t.Context(), "SELECT password FROM auth_user WHERE id = 1").Scan(&stored); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"_auth_user_id":"1","_auth_user_backend":"django.contrib.auth.backends.ModelBackend",`+
		`"_auth_user_hash":%q,"_csrftoken":%q}`, authHash(stored), mikesSecret)
	return strings.NewReplacer(change...).Replace(text)
}

// writeSession puts a row into django_session by hand.
func (x *target) writeSession(t *testing.T, key, data string) {
	t.Helper()
	if _, err := x.state.DB.ExecContext(t.Context(), "INSERT OR REPLACE INTO django_session (session_key, session_data, "+
		"expire_date) VALUES (?, ?, '2099-01-01 00:00:00')", key, data); err != nil {
		t.Fatal(err)
	}
}

// sessionAmendments are what is right here instead of what the cases expect.
var sessionAmendments = map[string]struct {
	status []int
	reason string
}{
	"csrf-cross-refresh": {[]int{400}, "this endpoint reads no cookies: a request with nothing else has nothing in it"},
}

func TestAttacksOnSessionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, secretIn := range []place{cookie, session} {
		x := newSessionTarget(t, secretIn)
		for _, c := range loadCases(t) {
			if c.Request == nil || !concernsSessions(c, secretIn) {
				continue
			}
			t.Run(string(secretIn)+"/"+c.ID, func(t *testing.T) {
				x.writeSession(t, sessionKey, signedText(sessionSalt, x.entries(t)))
				if strings.HasPrefix(c.ID, "csrf-referer-") {
					overHTTPS(c.Request)
				}
				if amended, ok := sessionAmendments[c.ID]; ok {
					c.Expected.Status = amended.status
				}
				x.run(t, c)
			})
		}
	}
}

// concernsSessions says whether a case is about a server that has its CSRF secrets there. Where sessions have them,
// whoever asks me/ for a token gets a session; where cookies have them, who can set the cookie knows the secret.
func concernsSessions(c attack.Case, secretIn place) bool {
	if secretIn == cookie {
		return c.Group == "session" || c.Group == "csrf" && c.ID != "csrf-cookie-tossed"
	}
	return c.Group == "csrf"
}

// overHTTPS makes r one that came over https, where the Referer counts.
func overHTTPS(r *attack.Request) {
	for i := range r.Headers {
		r.Headers[i][1] = strings.ReplaceAll(r.Headers[i][1], "${ORIGIN}", "https://${HOST}")
	}
	r.Headers = append(r.Headers, [2]string{"X-Forwarded-Proto", "https"})
}

// TestLivesOfSessions has the cases told in steps, by their ids.
func TestLivesOfSessions(t *testing.T) {
	t.Parallel()
	x := newSessionTarget(t, session)
	login := func(t *testing.T, v *visitor, name, password string) *visitor {
		t.Helper()
		if got := v.ask(t, http.MethodPost, sessionLoginPath, map[string]string{"username": name, "password": password}); got.Status != 204 {
			t.Fatalf("login of %s: %d %s", name, got.Status, got.Body)
		}
		v.token = x.secretOf(t, v.jar["sessionid"])
		return v
	}
	mike := func(t *testing.T) *visitor { return login(t, newVisitor(x.server), "mike", ownPassword) }
	wants := func(t *testing.T, v *visitor, status int, part string) {
		t.Helper()
		if got := v.ask(t, http.MethodGet, ownUserPath, nil); got.Status != status || !strings.Contains(string(got.Body), part) {
			t.Errorf("got %d %s, want %d %s", got.Status, got.Body, status, part)
		}
	}
	for id, test := range map[string]func(t *testing.T){
		"sesslife-cycle-other-user": func(t *testing.T) {
			v := mike(t)
			old := v.jar["sessionid"]
			x.change(t, old, `"_csrftoken"`, `"cart":"full","_csrftoken"`)
			login(t, v, "vera", "another-horse-7")
			wants(t, v, 200, "vera")
			wants(t, holding(x.server, old), 403, "")
			if strings.Contains(x.session(t, v.jar["sessionid"]), "cart") {
				t.Error("the new session holds what the other user's held")
			}
		},
		"sesslife-reuse-after-logout": func(t *testing.T) {
			v := mike(t)
			old := holding(x.server, v.jar["sessionid"])
			old.token = v.token
			if got := v.ask(t, http.MethodPost, sessionLogoutPath, nil); got.Status != 200 {
				t.Fatalf("logout: %d %s", got.Status, got.Body)
			}
			if x.session(t, old.jar["sessionid"]) != "" {
				t.Error("the row is still there")
			}
			body := map[string]string{"old_password": ownPassword, "new_password1": "Other-pass-77", "new_password2": "Other-pass-77"}
			if got := old.ask(t, http.MethodPost, ownPasswordPath, body); got.Status != 403 {
				t.Errorf("password/change/: %d %s", got.Status, got.Body)
			}
			wants(t, old, 403, "")
		},
		"sesslife-resurrect": func(t *testing.T) { x.resurrect(t, mike(t)) },
		"sesslife-pwchange-others": func(t *testing.T) {
			vera, other := login(t, newVisitor(x.server), "vera", "another-horse-7"), login(t, newVisitor(x.server), "vera", "another-horse-7")
			old := vera.jar["sessionid"]
			body := map[string]string{"old_password": "another-horse-7", "new_password1": "third-horse-777", "new_password2": "third-horse-777"}
			if got := vera.ask(t, http.MethodPost, ownPasswordPath, body); got.Status != 200 {
				t.Fatalf("password/change/: %d %s", got.Status, got.Body)
			}
			wants(t, vera, 200, "vera")
			wants(t, other, 403, "")
			if vera.jar["sessionid"] == old {
				t.Error("the session goes on under its key")
			}
			if _, err := x.state.DB.ExecContext(t.Context(), "UPDATE auth_user SET password = ? WHERE id = 2",
				harness.Argon2("another-horse-7")); err != nil {
				t.Fatal(err)
			}
		},
		"sesslife-inactive": func(t *testing.T) {
			v := mike(t)
			x.exec(t, "UPDATE auth_user SET is_active = FALSE WHERE id = 1")
			wants(t, v, 403, "")
			x.exec(t, "UPDATE auth_user SET is_active = TRUE WHERE id = 1")
		},
		"sesslife-expired": func(t *testing.T) {
			v := mike(t)
			x.exec(t, "UPDATE django_session SET expire_date = '2020-01-01 00:00:00' WHERE session_key = ?", v.jar["sessionid"])
			wants(t, v, 403, "")
		},
		"sesslife-toss-nameless": func(t *testing.T) {
			key := mike(t).jar["sessionid"]
			for _, header := range []string{"=sessionid=" + key, "__HOST-sessionid=" + key, "SESSIONID=" + key} {
				r := attack.Request{Method: "GET", Path: ownUserPath, Headers: attack.Headers{{"Cookie", header}}}
				if got, err := sendTo(t, x.server, r, x.values); err != nil || got.Status != 403 {
					t.Errorf("%s: %v %v", header, got, err)
				}
			}
		},
		"sesslife-anon-flood": func(t *testing.T) {
			const rows = "SELECT COUNT(*) FROM django_session"
			before := harness.Count(t, x.state.DB, rows)
			for range 500 {
				wants(t, newVisitor(x.server), 403, "")
			}
			if after := harness.Count(t, x.state.DB, rows); after != before {
				t.Errorf("%d sessions more", after-before)
			}
		},
	} {
		t.Run(id, test)
	}
}

// resurrect logs out while another request of the same session is still on its way.
func (x *target) resurrect(t *testing.T, v *visitor) {
	t.Helper()
	key := v.jar["sessionid"]
	conn, err := net.Dial("tcp", x.server.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const body = `{"first_name":"slow"}`
	_, err = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: %s\r\nCookie: sessionid=%s\r\nX-CSRFToken: %s\r\nConnection: close\r\n"+
		"Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", ownUserPath, x.server.Host, key, v.token, len(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(harness.Patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))); err != nil { // it was let in and asks for the body
		t.Fatal(err)
	}
	if got := v.ask(t, http.MethodPost, sessionLogoutPath, nil); got.Status != 200 {
		t.Fatalf("logout: %d %s", got.Status, got.Body)
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || strings.Contains(string(answer), "Set-Cookie") || strings.HasPrefix(string(answer), "HTTP/1.1 5") {
		t.Errorf("the slow request: %s, %v", answer, err)
	}
	if row := x.session(t, key); row != "" {
		t.Error("the session is back")
	}
}
