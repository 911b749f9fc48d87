package tests

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"watchword/tests/harness"
)

// What the browser calls the server, the page that is welcome there, and a page that is not.
const (
	apiHost     = "api.example.test"
	appHost     = "app.example.test"
	siteOfBoth  = ".example.test"
	hostileHost = "hostile.test"
)

var onlyCSRFToken = regexp.MustCompile(`^csrftoken=\w+$`)

// seen is what a page saw of an answer; the status 0 means that the browser kept it from the page.
type seen struct {
	Status int            `json:"status"`
	Data   map[string]any `json:"data"`
}

// stage is a server, and a browser with pages of two origins that talk to it.
type stage struct {
	server            *harness.Server
	browser           *harness.Browser
	api, app, hostile string // origins
}

// newStage starts a server that welcomes pages of appHost. settings may add to it, and options to the browser's command
// line.
func newStage(t *testing.T, settings map[string]any, options ...chromedp.ExecAllocatorOption) *stage {
	t.Helper()
	browser, pages := harness.NewBrowser(t, options...), harness.Pages(t)
	app := "http://" + net.JoinHostPort(appHost, pages)
	all := harness.DefaultSettings(t)
	all["ALLOWED_HOSTS"] = []string{"127.0.0.1", apiHost}
	all["CORS_ALLOWED_ORIGINS"], all["CORS_ALLOW_CREDENTIALS"] = []string{app}, true
	all["CORS_ALLOW_HEADERS"] = []string{"accept", "authorization", "content-type", "x-csrftoken"}
	all["CSRF_TRUSTED_ORIGINS"] = []string{app}
	all["SESSION_COOKIE_SECURE"], all["CSRF_COOKIE_SECURE"] = false, false // the pages come over http
	all["CSRF_COOKIE_DOMAIN"] = siteOfBoth
	for name, value := range settings {
		all[name] = value
	}
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: all, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.Observed(t), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return &stage{server: server, browser: browser, api: "http://" + net.JoinHostPort(apiHost, port), app: app,
		hostile: "http://" + net.JoinHostPort(hostileHost, pages)}
}

// react sends a request from the open page as ai-kit's React library does.
func (s *stage) react(t *testing.T, method, path string, body any) seen {
	t.Helper()
	return harness.Call[seen](t, s.browser, "reactClient", s.api+"/api/v1/auth/", method, path, body)
}

// fetch sends a request from the open page.
func (s *stage) fetch(t *testing.T, method, path string, body any) seen {
	t.Helper()
	return harness.Call[seen](t, s.browser, "fetchClient", s.api, method, path, body)
}

func TestAReactPageOfAnotherOriginLogsInReloadsAndLogsOut(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{"FEATURES": map[string]any{"cors": true,
		"mounts": map[string]string{"ai-kit": "/api/v1/auth/"}}})
	credentials := map[string]string{"ident": "mike", "password": ownPassword}

	s.browser.Open(t, s.app)
	if got := s.react(t, "GET", "me/", nil); got.Status != 200 || got.Data["user"] != nil {
		t.Fatalf("me/ before the login: %+v, want 200 and no user", got)
	}
	if got := s.react(t, "POST", "login/", map[string]string{"ident": "mike", "password": "wrong"}); got.Status != 400 {
		t.Errorf("login with a wrong password: %+v, want 400", got)
	}
	if got := s.react(t, "POST", "login/", credentials); got.Status != 200 || username(got) != "mike" {
		t.Fatalf("login: %+v, want 200 and the user", got)
	}
	s.browser.Do(t, chromedp.Reload())
	if got := s.react(t, "GET", "me/", nil); username(got) != "mike" {
		t.Fatalf("me/ after a reload: %+v, want the user", got)
	}

	s.browser.Open(t, s.hostile)
	for _, call := range []struct{ method, path string }{{"GET", "me/"}, {"POST", "logout/"}, {"POST", "login/"}} {
		if got := s.react(t, call.method, call.path, credentials); got.Status != 0 {
			t.Errorf("%s %s from a hostile page: %+v, want nothing to be seen", call.method, call.path, got)
		}
	}

	s.browser.Open(t, s.app)
	if got := s.react(t, "GET", "me/", nil); username(got) != "mike" {
		t.Errorf("me/ after the hostile page: %+v, want the user still", got)
	}
	if got := s.react(t, "POST", "logout/", map[string]any{}); got.Status != 200 {
		t.Errorf("logout: %+v, want 200", got)
	}
	if got := s.react(t, "GET", "me/", nil); got.Status != 200 || got.Data["user"] != nil {
		t.Errorf("me/ after the logout: %+v, want no user", got)
	}
}

// username is the name in an answer of ai-kit.
func username(s seen) any {
	user, _ := s.Data["user"].(map[string]any)
	return user["username"]
}

func TestTokensInCookiesServeAPageOfAnotherHostName(t *testing.T) {
	t.Parallel()
	s := newStage(t, map[string]any{
		"FEATURES": map[string]any{"cors": true, "mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/"}},
		"REST_AUTH": map[string]any{"USE_JWT": true, "JWT_AUTH_COOKIE": "access", "JWT_AUTH_REFRESH_COOKIE": "refresh",
			"JWT_AUTH_HTTPONLY": true, "JWT_AUTH_SECURE": false},
		"REST_FRAMEWORK": map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"jwt-cookie"}},
	})

	s.browser.Open(t, s.app)
	if got := s.fetch(t, "GET", "/dj-rest-auth/user/", nil); got.Status != 401 {
		t.Fatalf("user/ before the login: %+v, want 401", got)
	}
	login := s.fetch(t, "POST", "/dj-rest-auth/login/", map[string]string{"username": "mike", "password": ownPassword})
	if login.Status != 200 || login.Data["refresh"] != "" {
		t.Fatalf("login: %+v, want 200 and no refresh token in the body", login)
	}
	if got := harness.Read(t, s.browser, chromedp.Evaluate[string]("document.cookie")); !onlyCSRFToken.MatchString(got) {
		t.Errorf("the page can read the cookies %q, want the CSRF token and nothing else", got)
	}
	s.browser.Do(t, chromedp.Reload())
	if got := s.fetch(t, "GET", "/dj-rest-auth/user/", nil); got.Data["username"] != "mike" {
		t.Fatalf("user/ after a reload: %+v, want the user", got)
	}
	if got := s.fetch(t, "POST", "/dj-rest-auth/token/refresh/", map[string]any{}); got.Status != 200 {
		t.Errorf("refresh by cookie: %+v, want 200", got)
	}

	s.browser.Open(t, s.hostile)
	if got := s.fetch(t, "GET", "/dj-rest-auth/user/", nil); got.Status != 0 {
		t.Errorf("user/ from a hostile page: %+v, want nothing to be seen", got)
	}

	s.browser.Open(t, s.app)
	if got := s.fetch(t, "POST", "/dj-rest-auth/logout/", map[string]any{}); got.Status != 200 {
		t.Errorf("logout: %+v, want 200", got)
	}
	if got := s.fetch(t, "GET", "/dj-rest-auth/user/", nil); got.Status != 401 {
		t.Errorf("user/ after the logout: %+v, want 401", got)
	}
}
