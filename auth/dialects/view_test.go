package dialects

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// strict is a view on which every check fails.
func strict(scheme *fakeScheme) View {
	return View{Schemes: []schemes.Scheme{scheme}, Permission: IsAuthenticated, Throttles: []Throttle{throttleAll{}},
		Post: say(http.StatusOK, hello{"x"})}
}

func TestChecksComeInOrder(t *testing.T) {
	failing := &fakeScheme{name: "token", challenge: "Token", failure: schemes.Fail("token", schemes.Invalid, nil)}
	s := newSite(t, nil)
	s.Mount("/failing/", strict(failing))
	s.Mount("/strict/", strict(&fakeScheme{name: "token", challenge: "Token"}))
	relaxed := strict(&fakeScheme{name: "token", challenge: "Token"})
	relaxed.Throttles = nil
	s.Mount("/relaxed/", relaxed)

	const unacceptable = `{"detail":"Could not satisfy the request Accept header."}`
	tests := []struct {
		name, target, user, accept string
		status                     int
		body                       string
	}{
		{"negotiation before authentication", "/failing/", "", "image/png", 406, unacceptable},
		{"format before authentication", "/failing/?format=xml", "", "", 404, `{"detail":"Not found."}`},
		{"authentication before permission", "/failing/", "", "", 401, `{"detail":"Invalid token."}`},
		{"permission before throttles", "/strict/", "", "", 401, anonymous},
		{"throttles before the method", "/strict/", "token", "", 429,
			`{"detail":"Request was throttled. Expected available in 1 second."}`},
		{"the method", "/relaxed/", "token", "", 405, `{"detail":"Method \"PUT\" not allowed."}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := []string{"Authorization", tt.user}
			if tt.accept != "" {
				header = append(header, "Accept", tt.accept)
			}
			w := s.ask("PUT", tt.target, "not even a body", header...)
			want(t, w, tt.status, tt.body, "Allow", "POST, OPTIONS", "Content-Type", "application/json")
		})
	}
	if failing.asked != 1 {
		t.Errorf("the scheme was asked %d times, want once", failing.asked)
	}
}

func TestTheFirstSchemeDecidesBetween401And403(t *testing.T) {
	with, without := &fakeScheme{name: "a", challenge: "A"}, &fakeScheme{name: "b"}
	bad := &fakeScheme{name: "token", challenge: "Token", failure: schemes.Fail("token", schemes.Expired, nil)}
	tests := []struct {
		name      string
		view      View
		status    int
		challenge string
	}{
		{"with a challenge", View{Schemes: []schemes.Scheme{with, without}}, 401, "A"},
		{"without", View{Schemes: []schemes.Scheme{without, with}}, 403, ""},
		{"a failure of the second", View{Schemes: []schemes.Scheme{without, bad}}, 403, ""},
		{"a failure after one with a challenge", View{Schemes: []schemes.Scheme{with, bad}}, 401, "A"},
		{"the view's own challenge", View{Schemes: []schemes.Scheme{without}, Challenge: "Own"}, 401, "Own"},
		{"no schemes: forbidden", View{Challenge: "Own"}, 403, ""},
	}
	for i, tt := range tests {
		s := newSite(t, nil)
		path := fmt.Sprintf("/%d/", i)
		tt.view.Permission, tt.view.Get = IsAuthenticated, say(200, hello{"x"})
		s.Mount(path, tt.view)
		w := s.ask("GET", path, "")
		if w.Code != tt.status || w.Header().Get("WWW-Authenticate") != tt.challenge {
			t.Errorf("%s: got %d %q, want %d %q", tt.name, w.Code, w.Header().Get("WWW-Authenticate"), tt.status,
				tt.challenge)
		}
	}
}

func TestTheFirstSchemeThatKnowsTheUserWins(t *testing.T) {
	first, second := &fakeScheme{name: "first"}, &fakeScheme{name: "second", session: true}
	third := &fakeScheme{name: "third", failure: schemes.Fail("third", schemes.Invalid, nil)}
	s := newSite(t, nil)
	var got schemes.Identity
	s.Mount("/", View{Schemes: []schemes.Scheme{first, second, third}, Get: Action{Handle: func(c echo.Context) error {
		got = Current(c)
		return Respond(c, 200, nil)
	}}})

	w := s.ask("GET", "/", "", "Authorization", "first")
	want(t, w, 200, "", "Vary", "Accept", "Set-Cookie", "slid=1")
	if got.Scheme != "first" || second.asked != 0 {
		t.Errorf("got %q, the second was asked %d times", got.Scheme, second.asked)
	}
	w = s.ask("GET", "/", "", "Authorization", "second")
	want(t, w, 200, "", "Vary", "Accept, Cookie")
	if got.Scheme != "second" || third.asked != 0 {
		t.Errorf("got %q, the third was asked %d times", got.Scheme, third.asked)
	}
	w = s.ask("GET", "/", "")
	want(t, w, 403, `{"detail":"Incorrect authentication credentials."}`, "Vary", "Accept, Cookie")
}

func TestBadCredentialsKeepNobodyFromOpenViews(t *testing.T) {
	bad := &fakeScheme{name: "bad", failure: schemes.Fail("bad", schemes.Expired, nil)}
	unmeant := &fakeScheme{name: "unmeant", failure: schemes.Fail("unmeant", schemes.CSRF, nil)}
	for _, tt := range []struct {
		name   string
		ignore bool
		view   View
		want   int
	}{
		{"open", true, View{Schemes: []schemes.Scheme{bad}}, 200},
		{"open, told to refuse", false, View{Schemes: []schemes.Scheme{bad}}, 403},
		{"not open", true, View{Schemes: []schemes.Scheme{bad}, Permission: IsAuthenticated}, 403},
		{"sent without the user's will", true, View{Schemes: []schemes.Scheme{unmeant}}, 403},
	} {
		s := newSite(t, func(cfg *Config, _ *RESTConfig) { cfg.IgnoreBadCredentials = tt.ignore })
		tt.view.Get = say(200, hello{"x"})
		s.Mount("/", tt.view)
		if got := s.ask("GET", "/", ""); got.Code != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got.Code, tt.want)
		}
	}
}

func TestMethods(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/", View{Get: say(200, hello{"Hello, World!"}), Delete: say(204, nil)})
	const allow = "GET, DELETE, HEAD, OPTIONS"
	want(t, s.ask("GET", "/", ""), 200, `{"message":"Hello, World!"}`, "Content-Length", "27", "Allow", allow)
	want(t, s.ask("HEAD", "/", ""), 200, "", "Content-Length", "27", "Content-Type", "application/json")
	want(t, s.ask("DELETE", "/", ""), 204, "", "Content-Length", "0", "Content-Type", "", "Allow", allow)
	for _, method := range []string{"POST", "PUT", "PATCH", "FOO", "TRACE", "CONNECT", "get", "PROPFIND"} {
		want(t, s.ask(method, "/", ""), 405, `{"detail":"Method \"`+method+`\" not allowed."}`, "Allow", allow)
	}
}

func TestErrorsBecomeAnswers(t *testing.T) {
	const secret = "pq: password authentication failed"
	tests := []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"a problem", serializers.NotFound("No x."), 404, `{"detail":"No x."}`},
		{"faults of fields", serializers.Invalid("No."), 400, `{"non_field_errors":["No."]}`},
		{"wrapped", fmt.Errorf("reading: %w", serializers.ParseError("Bad.")), 400, `{"detail":"Bad."}`},
		{"busy", fmt.Errorf("gate: %w", busyError{}), 503, `{"detail":"Service temporarily unavailable, try again later."}`},
		{"no storage", fmt.Errorf("gorm: %w", models.ErrUnavailable), 503,
			`{"detail":"Service temporarily unavailable, try again later."}`},
		{"too slow", fmt.Errorf("store: %w", context.DeadlineExceeded), 503,
			`{"detail":"Service temporarily unavailable, try again later."}`},
		{"anything else", errors.New(secret), 500, ""},
		{"csrf", schemes.Fail("session", schemes.CSRF, errors.New("CSRF token missing.")), 403,
			`{"detail":"CSRF Failed: CSRF token missing."}`},
		{"one of ours that got out", models.ErrNotFound, 500, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, nil)
			s.Mount("/", View{Get: fail(tt.err), Challenge: "X"})
			w := s.ask("GET", "/", "")
			if tt.status == 500 {
				if w.Code != 500 || !strings.Contains(w.Body.String(), "Server Error (500)") ||
					strings.Contains(w.Body.String(), tt.err.Error()) {
					t.Errorf("got %d %s", w.Code, w.Body)
				}
				wantHeader(t, w, "Content-Type", "text/html; charset=utf-8")
				id := w.Header().Get("X-Request-Id")
				if n := strings.Count(s.log.String(), tt.err.Error()); n != 1 || !strings.Contains(s.log.String(), id) {
					t.Errorf("logged %d times:\n%s", n, s.log)
				}
				return
			}
			want(t, w, tt.status, tt.body, "Content-Type", "application/json", "Allow", "GET, HEAD, OPTIONS")
		})
	}
	s := newSite(t, nil)
	s.Mount("/", View{Get: fail(busyError{})})
	wantHeader(t, s.ask("GET", "/", ""), "Retry-After", "2")
}

func TestMetadata(t *testing.T) {
	fields := serializers.New[serializers.Token](serializers.DefaultConfig()).Fields()
	gone := false
	s := newSite(t, nil)
	s.Mount("/", View{Name: "N", Description: "D", Permission: IsAuthenticated,
		Schemes: []schemes.Scheme{&fakeScheme{name: "a", challenge: "A"}},
		Get:     say(200, nil), Patch: Action{Handle: say(200, nil).Handle, Fields: fields},
		Post: Action{Handle: say(200, nil).Handle, Fields: fields},
		Put: Action{Handle: say(200, nil).Handle, Fields: fields, Exists: func(echo.Context) error {
			if gone {
				return serializers.NotFound("")
			}
			return nil
		}}})
	const field = `{"token":{"type":"string","required":true,"read_only":false,"label":"Token"}}`
	const head = `{"name":"N","description":"D","renders":["application/json","text/html"],` +
		`"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"],"actions":`
	want(t, s.ask("OPTIONS", "/", ""), 401, anonymous)
	want(t, s.ask("OPTIONS", "/", "", "Authorization", "a"), 200, head+`{"POST":`+field+`,"PUT":`+field+`}}`)
	gone = true
	want(t, s.ask("OPTIONS", "/", "", "Authorization", "a"), 200, head+`{"POST":`+field+`}}`)
}

func TestAViewWithoutFieldsHasNoActions(t *testing.T) {
	s := newSite(t, func(_ *Config, rest *RESTConfig) { rest.Renderers = []Renderer{JSON} })
	s.Mount("/", View{Name: "Hello", Get: say(200, nil)})
	want(t, s.ask("OPTIONS", "/", ""), 200, `{"name":"Hello","description":"","renders":["application/json"],`+
		`"parses":["application/json","application/x-www-form-urlencoded","multipart/form-data"]}`, "Vary", "")
}
