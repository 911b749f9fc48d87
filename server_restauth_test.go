package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"watchword/models/gormstore"
)

// served is a server in this process.
type served struct{ http.Handler }

// ask sends a request with a JSON body, and a bearer token unless it is empty.
func (s served) ask(t *testing.T, method, path, bearer, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	return answer
}

// serveWith returns a server over an empty database, with the settings in file.
func serveWith(t *testing.T, file string) served {
	t.Helper()
	s, store, mails := openWith(t, file)
	server, err := newServer(s, store, mails, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return served{server.http.Handler}
}

// openWith returns the settings in file, and what a server with them needs beside them.
func openWith(t testing.TB, file string) (*Settings, *gormstore.Store, *mailing) {
	t.Helper()
	loaded, err := loadWith(t, file, "WATCHWORD_DATA_DIR="+t.TempDir(), "WATCHWORD_EMAIL_BACKEND=dummy",
		"WATCHWORD_SECRET_KEY=only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz", "WATCHWORD_ALLOWED_HOSTS=example.com")
	if err != nil {
		t.Fatal(err)
	}
	store, err := connect(t.Context(), &loaded.Settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	mails, err := newMailing(&loaded.Settings, store, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return &loaded.Settings, store, mails
}

func TestMountsAreServedSideBySide(t *testing.T) {
	file := twoMounts + "REST_AUTH_MOUNTS: {/mobile/: {JWT_AUTH_COOKIE: null, JWT_AUTH_REFRESH_COOKIE: null, JWT_AUTH_HTTPONLY: false}}"
	h := serveWith(t, file)
	post := func(path, body string) *httptest.ResponseRecorder { return h.ask(t, http.MethodPost, path, "", body) }
	const register = `{"username":"%","email":"%@example.com","password1":"correct horse 9","password2":"correct horse 9"}`
	for _, test := range []struct {
		path    string
		cookies int
		body    bool // the refresh token is in the body
	}{{"/web/", 3, false}, {"/mobile/", 0, true}} {
		name := strings.Trim(test.path, "/")
		if got := post(test.path+"registration/", strings.ReplaceAll(register, "%", name)); got.Code != http.StatusCreated {
			t.Fatalf("%s: registration: %d %s", name, got.Code, got.Body)
		}
		got := post(test.path+"login/", `{"username":"`+name+`","password":"correct horse 9"}`)
		cookies := got.Result().Cookies()
		if got.Code != http.StatusOK || len(cookies) != test.cookies || strings.Contains(got.Body.String(), `"refresh":""`) == test.body {
			t.Errorf("%s: login: %d %s with %d cookies, want %d", name, got.Code, got.Body, len(cookies), test.cookies)
		}
	}
	for path, want := range map[string]int{
		"/old/token/": http.StatusOK, "/api/token/": http.StatusOK, "/dj-rest-auth/login/": http.StatusNotFound,
	} {
		if got := post(path, `{"username":"web","password":"correct horse 9"}`); got.Code != want {
			t.Errorf("%s: %d %s, want %d", path, got.Code, got.Body, want)
		}
	}
}

func TestANewPasswordEndsTheOtherLoginsAtOnce(t *testing.T) {
	h := serveWith(t, "")
	const register = `{"username":"alice","email":"alice@example.com","password1":"correct horse 9","password2":"correct horse 9"}`
	type pair struct{ Access, Refresh string }
	take := func(answer *httptest.ResponseRecorder) (p pair) {
		t.Helper()
		if err := json.Unmarshal(answer.Body.Bytes(), &p); err != nil || answer.Code >= 300 || p.Access == "" {
			t.Fatalf("got %d %s, %v", answer.Code, answer.Body, err)
		}
		return p
	}
	want := func(name, path, bearer, body string, code int) *httptest.ResponseRecorder {
		t.Helper()
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		answer := h.ask(t, method, path, bearer, body)
		if answer.Code != code {
			t.Errorf("%s: got %d %s, want %d", name, answer.Code, answer.Body, code)
		}
		return answer
	}
	login := func() pair {
		t.Helper()
		return take(h.ask(t, http.MethodPost, "/dj-rest-auth/login/", "", `{"username":"alice","password":"correct horse 9"}`))
	}
	refresh := func(p pair) string { return `{"refresh":"` + p.Refresh + `"}` }
	const user, change, renew = "/dj-rest-auth/user/", "/dj-rest-auth/password/change/", "/dj-rest-auth/token/refresh/"
	first := take(h.ask(t, http.MethodPost, "/dj-rest-auth/registration/", "", register))
	mine, other := login(), login()
	mine = take(want("refresh before", renew, "", refresh(mine), http.StatusOK))
	want("change", change, mine.Access, `{"old_password":"correct horse 9","new_password1":"another horse 9","new_password2":"another horse 9"}`, http.StatusOK)
	for name, p := range map[string]pair{"the first": first, "the other": other} {
		want(name, user, p.Access, "", http.StatusUnauthorized)
		want(name, renew, "", refresh(p), http.StatusUnauthorized)
	}
	for range 2 {
		want("mine", user, mine.Access, "", http.StatusOK)
		mine = take(want("refresh mine", renew, "", refresh(mine), http.StatusOK))
	}
	want("mine", user, mine.Access, "", http.StatusOK)
}
