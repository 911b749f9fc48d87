package djrestauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchword/auth/dialects/djrestauth"
	"watchword/models"
)

// browser keeps the cookies that it gets, as browsers do.
type browser struct {
	w   *world
	jar map[string]string
}

func (b *browser) send(method, path, authorization, body string) *httptest.ResponseRecorder {
	b.w.t.Helper()
	r := httptest.NewRequestWithContext(b.w.t.Context(), method, "/auth/"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	r.Header.Set("X-CSRFToken", b.jar["csrftoken"])
	answer := httptest.NewRecorder()
	b.w.site.ServeHTTP(answer, r)
	for _, cookie := range answer.Result().Cookies() {
		b.jar[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(b.jar, cookie.Name)
		}
	}
	return answer
}

// newBrowser returns one that alice has logged in with.
func newBrowser(t *testing.T, change func(*options)) *browser {
	t.Helper()
	b := &browser{w: newWorld(t, change), jar: map[string]string{}}
	b.w.user("alice")
	got := b.send(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`)
	if got.Code/100 != 2 {
		t.Fatalf("login: %d %s", got.Code, got.Body)
	}
	return b
}

// withSessions opens a session at login.
func withSessions(o *options) { o.dialect.SessionLogin = true }

func TestLoginsOpenASessionBesideWhatElseTheyHandOut(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*options)
		status int
		part   string // of the body
	}{
		"token":   {withSessions, 200, `"key"`},
		"nothing": {func(o *options) { withSessions(o); o.dialect.TokenModel = djrestauth.NoToken }, 204, ``},
		"jwt":     {func(o *options) { withSessions(o); withJWT(o) }, 200, `"refresh"`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBrowser(t, test.change)
			again := b.send(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`)
			if again.Code != test.status || !strings.Contains(again.Body.String(), test.part) {
				t.Errorf("got %d %s, want %d and %s", again.Code, again.Body, test.status, test.part)
			}
			if b.jar["sessionid"] == "" || b.jar["csrftoken"] == "" {
				t.Fatalf("the browser holds %v", b.jar)
			}
			if got := b.send(http.MethodGet, "user/", "", ""); got.Code != http.StatusOK {
				t.Errorf("GET user/ by session: %d %s", got.Code, got.Body)
			}
			if got := b.w.rows("sessions.session"); got != 1 {
				t.Errorf("%d sessions, want 1", got)
			}
		})
	}
}

func TestSessionLoginsNoteTheTime(t *testing.T) {
	b := newBrowser(t, func(o *options) { withSessions(o); o.recording = true })
	u, err := b.w.store.UserBy(t.Context(), models.UserFieldUsername, "alice")
	must(t, err)
	if u.LastLogin == nil || !u.LastLogin.Equal(now.Truncate(time.Microsecond)) {
		t.Errorf("last_login = %v, want %v", u.LastLogin, now)
	}
}

func TestLogoutEndsTheSession(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*options)
		status int
		body   string
	}{
		"with an opaque token":         {withSessions, 200, gone},
		"though the refresh is absent": {func(o *options) { withSessions(o); withJWT(o) }, 401, noRefresh},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBrowser(t, test.change)
			stolen := b.jar["sessionid"]
			got := b.send(http.MethodPost, "logout/", "", `{}`)
			if got.Code != test.status || got.Body.String() != test.body {
				t.Errorf("got %d %s, want %d %s", got.Code, got.Body, test.status, test.body)
			}
			if b.jar["sessionid"] != "" || b.w.rows("sessions.session") != 0 {
				t.Errorf("the browser holds %v, and the database %d sessions", b.jar, b.w.rows("sessions.session"))
			}
			b.jar["sessionid"] = stolen
			if got := b.send(http.MethodGet, "user/", "", ""); got.Code != http.StatusUnauthorized {
				t.Errorf("the old session: %d %s", got.Code, got.Body)
			}
		})
	}
}

func TestLogoutBySessionNeedsTheCSRFToken(t *testing.T) {
	b := newBrowser(t, withSessions)
	delete(b.jar, "csrftoken")
	for _, path := range []string{"logout/", "login/"} {
		got := b.send(http.MethodPost, path, "", `{"username":"alice","password":"Secret-of-alice"}`)
		if got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "CSRF Failed: ") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	if got := b.send(http.MethodGet, "user/", "", ""); got.Code != http.StatusOK {
		t.Errorf("the session ended all the same: %d %s", got.Code, got.Body)
	}
}
