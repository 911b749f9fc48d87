package dialects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"watchword/models"
)

func TestPaths(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/hello/", View{Get: say(200, hello{"x"})})
	s.Mount("/students/", View{Get: say(200, hello{"x"})})
	s.Mount("/students/<int:pk>", View{Get: Action{Handle: func(c echo.Context) error {
		return Respond(c, 200, hello{c.Param("pk")})
	}}})
	s.Mount("/optional", View{Get: say(200, nil)})
	s.Mount("/optional/", View{Get: say(200, nil)})
	tests := []struct {
		method, target string
		status         int
		location       string
	}{
		{"GET", "/hello/", 200, ""},
		{"GET", "/hel%6Co/", 200, ""},
		{"GET", "/hello", 301, "/hello/"},
		{"POST", "/hello", 301, "/hello/"},
		{"FOO", "/hello", 301, "/hello/"},
		{"HEAD", "/hello", 301, "/hello/"},
		{"GET", "/hello?a=b&c=%2F", 301, "/hello/?a=b&c=%2F"},
		{"GET", "/students", 301, "/students/"},
		{"GET", "/students/12", 200, ""},
		{"GET", "/students/012", 200, ""},
		{"GET", "/students/1/", 404, ""},
		{"GET", "/students/-1", 404, ""},
		{"GET", "/students/x", 404, ""},
		{"GET", "/students/1%2F", 404, ""},
		{"GET", "/students/%D9%A1", 404, ""},
		{"GET", "/optional", 200, ""},
		{"GET", "/optional/", 200, ""},
		{"GET", "/hello//", 404, ""},
		{"GET", "//hello/", 404, ""},
		{"GET", "//hello", 404, ""},
		{"GET", "/Hello/", 404, ""},
		{"GET", "/x/../hello/", 404, ""},
		{"GET", "/hello/%00", 404, ""},
		{"GET", "/hello%00", 404, ""},
		{"GET", "/%ff/", 404, ""},
		{"GET", "/%ff", 404, ""},
		{"GET", "/", 404, ""},
		{"POST", "/nope", 404, ""},
		{"GET", "/hello/;x=1", 404, ""},
	}
	for _, tt := range tests {
		w := s.ask(tt.method, tt.target, "")
		if w.Code != tt.status || w.Header().Get("Location") != tt.location {
			t.Errorf("%s %s: got %d %q, want %d %q", tt.method, tt.target, w.Code, w.Header().Get("Location"), tt.status,
				tt.location)
		}
		if tt.status == 301 || tt.status == 404 {
			wantHeader(t, w, "Content-Type", "text/html; charset=utf-8")
		}
		if tt.status == 301 && w.Body.Len() > 0 {
			t.Errorf("%s: a redirect with a body", tt.target)
		}
	}
}

func TestRedirectsStayOnThisHost(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("//evil.example/", View{Get: say(200, nil)})
	s.Mount("/\\evil.example/", View{Get: say(200, nil)})
	s.Mount("/\t/evil.example/", View{Get: say(200, nil)})
	for target, location := range map[string]string{
		"//evil.example":      "/%2Fevil.example/",
		"/%5Cevil.example":    "/%5Cevil.example/",
		"/%09/evil.example":   "/%09/evil.example/",
		"//evil.example/%2e":  "",
		"/%0d%0aX:1":          "",
		"/%2F%2Fevil.example": "",
	} {
		w := s.ask("GET", target, "")
		if got := w.Header().Get("Location"); got != location {
			t.Errorf("%s: got %q, want %q", target, got, location)
		}
	}
}

func TestWithoutAppendSlashNothingIsRedirected(t *testing.T) {
	s := newSite(t, func(cfg *Config, _ *RESTConfig) { cfg.AppendSlash = false })
	s.Mount("/hello/", View{Get: say(200, nil)})
	if got := s.ask("GET", "/hello", "").Code; got != 404 {
		t.Errorf("got %d, want 404", got)
	}
}

func TestHosts(t *testing.T) {
	tests := []struct {
		allowed []string
		host    string
		want    bool
	}{
		{[]string{"example.com"}, "example.com", true},
		{[]string{"example.com"}, "EXAMPLE.com:8000", true},
		{[]string{"Example.com"}, "example.com.", true},
		{[]string{"example.com"}, "www.example.com", false},
		{[]string{"example.com"}, "example.com.evil.example", false},
		{[]string{"example.com"}, "example.com:@evil.example", false},
		{[]string{".example.com"}, "www.example.com", true},
		{[]string{".example.com"}, "example.com", true},
		{[]string{".example.com"}, "badexample.com", false},
		{[]string{"*"}, "anything:80", true},
		{[]string{"*"}, "bad_host", false},
		{[]string{"*"}, "a/b", false},
		{[]string{"*"}, "", false},
		{[]string{"*"}, ".", false},
		{[]string{"*"}, "host:port", false},
		{[]string{"[::1]"}, "[::1]:80", true},
		{[]string{"[::1]"}, "[::1", false},
		{[]string{""}, "a", false},
		{nil, "localhost", false},
		{DefaultConfig().AllowedHosts, "localhost:8000", true},
		{DefaultConfig().AllowedHosts, "127.0.0.1", true},
		{DefaultConfig().AllowedHosts, "example.com", false},
	}
	for _, tt := range tests {
		if got := hostAllowed(tt.host, tt.allowed); got != tt.want {
			t.Errorf("%q in %q: got %v", tt.host, tt.allowed, got)
		}
	}
	s := newSite(t, nil)
	s.Mount("/", View{Get: say(200, nil)})
	w := s.ask("GET", "http://evil.example/", "", "Accept", "application/json")
	if w.Code != 400 || !strings.Contains(w.Body.String(), "Bad Request (400)") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	wantHeader(t, w, "Content-Type", "text/html; charset=utf-8", "X-Frame-Options", "DENY")
}

func TestConfigFaultsNameTheirSettings(t *testing.T) {
	err := Config{AllowedHosts: []string{"*", ".a.b", "http://x", "x:80"}, MaxBody: 0, BodyTimeout: -1}.Validate()
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, fault := range []string{`ALLOWED_HOSTS: "http://x"`, `ALLOWED_HOSTS: "x:80"`, "DATA_UPLOAD_MAX_MEMORY_SIZE",
		"BODY_TIMEOUT"} {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("%q is missing in:\n%v", fault, err)
		}
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 4 {
		t.Errorf("got %d faults:\n%v", lines, err)
	}
}

func TestEveryAnswerHasTheCommonHeaders(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/", View{Get: say(200, hello{"x"})})
	for _, target := range []string{"/", "/nope", "http://evil.example/"} {
		w := s.ask("GET", target, "")
		wantHeader(t, w, "X-Frame-Options", "DENY", "X-Content-Type-Options", "nosniff", "Referrer-Policy", "same-origin",
			"Cross-Origin-Opener-Policy", "same-origin")
		if len(w.Header().Get("X-Request-Id")) != 32 || w.Header().Get("Content-Length") == "" {
			t.Errorf("%s: got %v", target, w.Header())
		}
	}
}

func TestRequestIDs(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/", View{Get: say(200, nil)})
	for sent, taken := range map[string]bool{"abc-1.2_3": true, strings.Repeat("a", 64): true,
		strings.Repeat("a", 65): false, "a b": false, "a\nb": false, "": false} {
		got := s.ask("GET", "/", "", "X-Request-Id", sent).Header().Get("X-Request-Id")
		if (got == sent) != taken || got == "" {
			t.Errorf("%q: got %q", sent, got)
		}
	}
}

func TestTheLogHasNoSecrets(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/", View{Post: say(200, hello{"answer-secret"})})
	s.Mount("/key/<int:key>", View{Get: say(200, nil)})
	s.ask("POST", "/?token=query-secret", "password=body-secret", "Authorization", "Bearer header-secret",
		"Cookie", "sessionid=cookie-secret")
	s.MountPlain("/link/:token/", func(c echo.Context) error { return models.ErrUnavailable })
	want(t, s.ask("GET", "/link/path-secret", ""), 301, "", "Location", "/link/path-secret/")
	if w := s.ask("GET", "/link/path-secret/", ""); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %v, want 503 with Retry-After", w.Code, w.Header())
	}
	s.ask("GET", "/key/31337", "")
	s.ask("GET", "/nope/"+strings.Repeat("x", 500), "")
	s.ask("GET", "/nope%0Alevel=ERROR", "")
	log := s.log.String()
	if strings.Contains(log, "secret") || strings.Contains(log, "31337") ||
		strings.Contains(log, strings.Repeat("x", 300)) {
		t.Errorf("logged:\n%s", log)
	}
	for _, part := range []string{"method=POST path=/ status=200", "path=/key/:key", "path=/link/:token status=301", "path=/link/:token/", "status=404", "bytes=27"} {
		if !strings.Contains(log, part) {
			t.Errorf("%q is missing in:\n%s", part, log)
		}
	}
	if took := regexp.MustCompile(`took_ms=\d+(\.\d{1,3})?\n`); len(took.FindAllString(log, -1)) != 6 {
		t.Errorf("not every line says how many milliseconds it took:\n%s", log)
	}
	if lines := strings.Count(log, "\n"); lines != 6 {
		t.Errorf("got %d lines, want 6:\n%s", lines, log)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	s := newSite(t, nil)
	s.Mount("/panic/", View{Get: Action{Handle: func(echo.Context) error { panic("out of order") }}})
	s.Mount("/", View{Get: say(200, nil)})
	w := s.ask("GET", "/panic/", "")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "Server Error (500)") ||
		strings.Contains(w.Body.String(), "order") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !strings.Contains(s.log.String(), "out of order") || !strings.Contains(s.log.String(), "site_test.go") {
		t.Errorf("logged:\n%s", s.log)
	}
	if got := s.ask("GET", "/", "").Code; got != 200 {
		t.Errorf("afterwards: got %d", got)
	}
}

func TestAClientThatHasGoneIsNoErrorOfOurs(t *testing.T) {
	s := newSite(t, nil)
	broken := errors.New("out of order")
	s.Mount("/gives/up/", View{Get: Action{Handle: func(c echo.Context) error {
		return fmt.Errorf("waiting: %w", c.Request().Context().Err())
	}}})
	s.Mount("/breaks/", View{Get: Action{Handle: func(echo.Context) error { return broken }}})
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for path, want := range map[string]int{"/gives/up/": 499, "/breaks/": 500} {
		s.log.Reset()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.Host = "example.com"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
		if alarm := strings.Contains(s.log.String(), "level=ERROR"); alarm != (want == 500) {
			t.Errorf("%s: logged:\n%s", path, s.log)
		}
	}
}

func TestABodyThatIsTooLongIsNotRead(t *testing.T) {
	s := newSite(t, func(cfg *Config, _ *RESTConfig) { cfg.MaxBody = 20 })
	handle := echoToken()
	s.Mount("/", View{Post: Action{Handle: handle}})
	want(t, s.ask("POST", "/", `{"token":"1234567"}`, "Content-Type", "application/json"), 200, `{"message":"1234567"}`)
	const tooLarge = `{"detail":"Request body is too large."}`
	want(t, s.ask("POST", "/", `{"token":"123456789"}`, "Content-Type", "application/json"), 413, tooLarge,
		"Connection", "close")

	r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", 100)))
	r.ContentLength = -1 // as with chunks
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	want(t, w, 413, tooLarge)
}

func TestABodyThatDoesNotComeEndsTheConnection(t *testing.T) {
	s := newSite(t, func(cfg *Config, _ *RESTConfig) {
		cfg.BodyTimeout = 20 * time.Millisecond
		cfg.AllowedHosts = []string{"127.0.0.1"}
	})
	s.Mount("/reads/", View{Post: Action{Handle: echoToken()}})
	s.Mount("/ignores/", View{Post: say(200, nil)})
	server := httptest.NewServer(s)
	defer server.Close()
	for path, status := range map[string]string{"/reads/": "408", "/ignores/": "200", "/nope/": "404"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"+
			"Content-Length: 100\r\n\r\n{}", path); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn) // until the server hangs up
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 "+status) {
			t.Errorf("%s: got %.40q, %v; want %s", path, answer, err, status)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// deadlines is a connection that notes its deadlines.
type deadlines struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.set = append(d.set, at)
	return nil
}

func TestTheDeadlineOfABodyEndsWithTheBody(t *testing.T) {
	now := time.Unix(1000, 0)
	s := newSite(t, func(cfg *Config, _ *RESTConfig) {
		cfg.BodyTimeout = 5 * time.Second
		cfg.Now = func() time.Time { return now }
	})
	s.Mount("/", View{Post: Action{Handle: echoToken()}, Get: say(200, nil)})
	tests := []struct {
		name, method string
		body         io.Reader
		want         []time.Time
	}{
		{"read", "POST", strings.NewReader(`{"token":"x"}`), []time.Time{now.Add(5 * time.Second), {}}},
		{"not read", "GET", strings.NewReader(`{"token":"x"}`), []time.Time{now.Add(5 * time.Second)}},
		{"no body", "POST", http.NoBody, nil},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, "/", tt.body)
		r.Header.Set("Content-Type", "application/json")
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		s.ServeHTTP(w, r)
		if diff := cmp.Diff(tt.want, w.set); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// discard is a connection to nobody.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func BenchmarkView(b *testing.B) {
	cfg := DefaultConfig()
	cfg.AllowedHosts = []string{"example.com"}
	s := NewSite(cfg, DefaultRESTConfig(), slog.New(slog.DiscardHandler))
	s.Mount("/hello/", View{Permission: IsAuthenticated, Schemes: schemesOf(&fakeScheme{name: "a", challenge: "A"}),
		Get: say(200, hello{"Hello, World!"})})
	r := httptest.NewRequest("GET", "/hello/", nil)
	r.Header.Set("Authorization", "a")
	r.Header.Set("Accept", "application/json")
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(discard{http.Header{}}, r)
	}
}
