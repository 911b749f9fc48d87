package dialects

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// fakeScheme knows whoever sends its own name as the Authorization header, and fails with failure when that is not
// zero.
type fakeScheme struct {
	name      string
	challenge string
	session   bool
	failure   error
	asked     int
}

func (s *fakeScheme) Name() string       { return s.name }
func (s *fakeScheme) Challenge() string  { return s.challenge }
func (s *fakeScheme) ReadsSession() bool { return s.session }

func (s *fakeScheme) Authenticate(r *http.Request) (schemes.Identity, error) {
	s.asked++
	if s.failure != nil || r.Header.Get("Authorization") != s.name {
		return schemes.Identity{}, s.failure
	}
	return schemes.Identity{User: &models.User{ID: "1", Username: s.name}, Scheme: s.name,
		Cookies: []*http.Cookie{{Name: "slid", Value: "1"}}}, nil
}

func (s *fakeScheme) Issue(*http.Request, *models.User) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

func (s *fakeScheme) Revoke(*http.Request, schemes.Identity) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

// site is a site and what it logs.
type site struct {
	*Site
	log *bytes.Buffer
}

func newSite(t testing.TB, change func(*Config, *RESTConfig)) site {
	t.Helper()
	cfg, rest := ExactConfig(), DefaultRESTConfig()
	cfg.AllowedHosts = []string{"example.com"}
	if change != nil {
		change(&cfg, &rest)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	return site{NewSite(cfg, rest, slog.New(slog.NewTextHandler(log, nil))), log}
}

// ask sends a request; header pairs follow the body.
func (s site) ask(method, target, body string, header ...string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header[http.CanonicalHeaderKey(header[i])] = []string{header[i+1]}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// say answers with a fixed value.
func say(status int, value any) Action {
	return Action{Handle: func(c echo.Context) error { return Respond(c, status, value) }}
}

// fail answers with an error.
func fail(err error) Action {
	return Action{Handle: func(echo.Context) error { return err }}
}

type hello struct {
	Message string `json:"message"`
}

// want compares an answer; header pairs follow the body, and an empty value means that the header is absent.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, body string, header ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status: got %d, want %d", w.Code, status)
	}
	if got := w.Body.String(); got != body {
		t.Errorf("body:\n got %s\nwant %s", got, body)
	}
	wantHeader(t, w, header...)
}

func wantHeader(t *testing.T, w *httptest.ResponseRecorder, header ...string) {
	t.Helper()
	for i := 0; i+1 < len(header); i += 2 {
		if got := w.Header().Get(header[i]); got != header[i+1] {
			t.Errorf("%s: got %q, want %q", header[i], got, header[i+1])
		}
	}
}

const anonymous = `{"detail":"Authentication credentials were not provided."}`

// busyError is over after a while.
type busyError struct{}

func (busyError) Error() string             { return "busy" }
func (busyError) RetryAfter() time.Duration { return 1500 * time.Millisecond }

// throttleAll lets nobody through.
type throttleAll struct{}

func (throttleAll) Allow(context.Context, string, schemes.Identity, string) (time.Duration, error) {
	return time.Second, nil
}

func schemesOf(s ...schemes.Scheme) []schemes.Scheme { return s }

// echoToken returns a handler that reads a token and says it.
func echoToken() echo.HandlerFunc {
	s := serializers.New[serializers.Token](serializers.DefaultConfig())
	return func(c echo.Context) error {
		var in serializers.Token
		if err := s.Read(c.Request(), &in); err != nil {
			return err
		}
		return Respond(c, http.StatusOK, hello{in.Token.Text})
	}
}
