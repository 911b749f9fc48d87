package djrestauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"watchword/auth/dialects/djrestauth"
	"watchword/schemes/jwt"
)

// browsers puts both tokens into cookies, in the mode of change.
func browsers(change func(*options)) func(*options) {
	return func(o *options) {
		o.dialect.UseJWT, o.dialect.HTTPOnly = true, true
		change(o)
		o.cookies.Name, o.cookies.RefreshName = "acc", "ref"
	}
}

// safely takes what the safe mode says about cookies.
func safely(o *options) {
	o.cookies = jwt.DefaultCookieConfig()
	o.cookies.UseCSRF = false
	o.site.IgnoreBadCredentials = true
	o.dialect.LogoutForgives = djrestauth.DefaultConfig().LogoutForgives
}

// browse sends a request with cookies.
func (w *world) browse(method, path, cookies, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, "/auth/"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", cookies)
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, r)
	return answer
}

// cookie is the value of a cookie that an answer sets.
func cookieOf(answer *httptest.ResponseRecorder, name string) (value string, set bool) {
	for _, c := range answer.Result().Cookies() {
		if c.Name == name {
			return c.Value, true
		}
	}
	return "", false
}

func TestALoginInCookies(t *testing.T) {
	for name, mode := range map[string]func(*options){"exact": asIs, "safe": safely} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, browsers(mode))
			w.user("alice")
			login := w.ask(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`)
			access, _ := cookieOf(login, "acc")
			refresh, _ := cookieOf(login, "ref")
			if !strings.Contains(login.Body.String(), `"refresh":""`) || access == "" || refresh == "" {
				t.Fatalf("login: %d %s, cookies %q and %q", login.Code, login.Body, access, refresh)
			}
			if got := w.browse(http.MethodGet, "user/", "acc="+access, ""); got.Code != 200 {
				t.Errorf("the access cookie: %d %s", got.Code, got.Body)
			}
			again := w.browse(http.MethodPost, "token/refresh/", "ref="+refresh, `{}`)
			if value, _ := cookieOf(again, "acc"); again.Code != 200 || value == "" || strings.Contains(again.Body.String(), `"refresh"`) {
				t.Errorf("refresh: %d %s, cookie %q", again.Code, again.Body, value)
			}
			out := w.browse(http.MethodPost, "logout/", "acc="+access+"; ref="+refresh, `{}`)
			for _, name := range []string{"acc", "ref"} {
				if value, set := cookieOf(out, name); out.Code != 200 || !set || value != "" {
					t.Errorf("logout: %d %s, cookie %s is %q, %v", out.Code, out.Body, name, value, set)
				}
			}
			if got := w.browse(http.MethodPost, "token/refresh/", "ref="+refresh, `{}`); got.Code != 401 {
				t.Errorf("refresh after logout: %d %s", got.Code, got.Body)
			}
		})
	}
}

func TestAStaleCookieKeepsNobodyOut(t *testing.T) {
	const stale = "acc=stale; ref=stale"
	for _, tt := range []struct {
		mode   string
		change func(*options)
		path   string
		body   string
		want   int
	}{
		{"exact", asIs, "login/", `{"username":"alice","password":"Secret-of-alice"}`, 401},
		{"safe", safely, "login/", `{"username":"alice","password":"Secret-of-alice"}`, 200},
		{"exact", asIs, "logout/", `{}`, 401},
		{"safe", safely, "logout/", `{}`, 200},
		{"exact", asIs, "password/reset/", `{"email":"alice@example.com"}`, 401},
		{"safe", safely, "password/reset/", `{"email":"alice@example.com"}`, 200},
		{"safe", safely, "password/change/", `{}`, 401},
		{"safe", safely, "token/refresh/", `{}`, 401},
	} {
		w := newWorld(t, browsers(tt.change))
		w.user("alice")
		if got := w.browse(http.MethodPost, tt.path, stale, tt.body); got.Code != tt.want {
			t.Errorf("%s %s: got %d %s, want %d", tt.mode, tt.path, got.Code, got.Body, tt.want)
		}
	}
}

func TestWhiteSpaceIsNoRefreshToken(t *testing.T) {
	w := newWorld(t, browsers(asIs))
	w.want(http.MethodPost, "token/refresh/", "", `{"refresh":"  "}`, 400, `{"refresh":["This field may not be blank."]}`)
}
