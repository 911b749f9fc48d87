package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"watchword/models/gormstore"
)

const twoMounts = `FEATURES: {mounts: {dj-rest-auth: [/web/, /mobile/], hello: /hello/, simplejwt: [/api/token/, /old/token/]}}
REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [jwt-cookie]}
REST_AUTH: {JWT_AUTH_COOKIE: access, JWT_AUTH_REFRESH_COOKIE: refresh, JWT_AUTH_HTTPONLY: true}
`

func TestAMountOfRESTAuthCanDifferFromTheOthers(t *testing.T) {
	loaded, err := loadWith(t, twoMounts+"REST_AUTH_MOUNTS: {/mobile/: {JWT_AUTH_COOKIE: null, JWT_AUTH_REFRESH_COOKIE: null, "+
		"JWT_AUTH_HTTPONLY: false}}")
	if err != nil {
		t.Fatal(err)
	}
	web, err := loaded.restAuthAt("/web/")
	if err != nil || web.Cookies.Name != "access" || !web.HTTPOnly {
		t.Errorf("/web/ has cookie %q, http only %v, %v", web.Cookies.Name, web.HTTPOnly, err)
	}
	mobile, err := loaded.restAuthAt("/mobile/")
	if err != nil || mobile.Cookies.Name != "" || mobile.HTTPOnly || !mobile.UseJWT {
		t.Errorf("/mobile/ has cookie %q, http only %v, JWTs %v, %v", mobile.Cookies.Name, mobile.HTTPOnly, mobile.UseJWT, err)
	}
}

func TestFaultsOfMountsAreToldAtStart(t *testing.T) {
	for file, want := range map[string]string{
		twoMounts: "",
		twoMounts + "REST_AUTH_MOUNTS: {/elsewhere/: {}}":                                 `REST_AUTH_MOUNTS: FEATURES.mounts has no dj-rest-auth at "/elsewhere/"`,
		twoMounts + "REST_AUTH_MOUNTS: {/mobile/: {USE_JTW: true}}":                       "REST_AUTH_MOUNTS./mobile/.USE_JTW: ",
		twoMounts + "REST_AUTH_MOUNTS: {/mobile/: {USER_DETAILS_SERIALIZER: [password]}}": "REST_AUTH_MOUNTS./mobile/.USER_DETAILS_SERIALIZER: ",
		"FEATURES: {mounts: {simplejwt: [/a/, /a/]}}":                                     "simplejwt and simplejwt cannot both be at /a/",
		"FEATURES: {mounts: {simplejwt: /a/, hello: [/b/, /a/]}}":                         "hello and simplejwt cannot both be at /a/",
		"FEATURES: {mounts: {simplejwt: [/a/, b]}}":                                       `must be a plain path that begins and ends with a slash, not "b"`,
	} {
		_, err := loadWith(t, file)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

func TestFindingsLookAtEveryMount(t *testing.T) {
	loaded, err := loadWith(t, twoMounts+"REST_AUTH_MOUNTS: {/mobile/: {OLD_PASSWORD_FIELD_ENABLED: false}}")
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	for _, finding := range loaded.findings(true) {
		found += finding.ID + " "
	}
	if !strings.Contains(found, "W016") {
		t.Errorf("found %s, want W016 for /mobile/", found)
	}
}

// serveWith returns a server over an empty database, with the settings in file.
func serveWith(t *testing.T, file string) http.Handler {
	t.Helper()
	s, store, mails := openWith(t, file)
	server, err := newServer(s, store, mails, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return server.http.Handler
}

// openWith returns the settings in file, and what a server with them needs beside them.
func openWith(t *testing.T, file string) (*Settings, *gormstore.Store, *mailing) {
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
	post := func(path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		return answer
	}
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
