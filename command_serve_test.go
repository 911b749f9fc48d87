package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// running is a server that a test started, in the process of the test.
type running struct {
	url    string
	stop   context.CancelFunc
	exited chan int
	logged chan struct{} // closed when log is complete
	log    *strings.Builder
}

// serve starts a server and waits until it listens. It is stopped when the test ends.
func (w *workplace) serve(t *testing.T, environ ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	r := &running{stop: stop, exited: make(chan int, 1), logged: make(chan struct{}), log: &strings.Builder{}}
	env := append([]string{"WATCHWORD_LISTEN=127.0.0.1:0", "WATCHWORD_DRAIN_DELAY=0", "WATCHWORD_LOG_FORMAT=json"}, w.environ...)
	go func() {
		code := run(ctx, nil, append(env, environ...), strings.NewReader(""), io.Discard, writer)
		_ = writer.Close()
		r.exited <- code
	}()
	lines := bufio.NewScanner(reader)
	for r.url == "" && lines.Scan() {
		_, _ = fmt.Fprintln(r.log, lines.Text())
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
			r.url = strings.TrimSuffix(line.URL, "/")
		}
	}
	if r.url == "" {
		t.Fatalf("the server did not start (exit code %d):\n%s", <-r.exited, r.log)
	}
	t.Cleanup(func() { r.finish(t) })
	go func() {
		defer close(r.logged)
		for lines.Scan() {
			_, _ = fmt.Fprintln(r.log, lines.Text())
		}
	}()
	return r
}

// finish stops the server and returns its exit code. It may be called twice.
func (r *running) finish(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.exited:
		r.exited <- code
		<-r.logged
		return code
	case <-time.After(2 * time.Minute):
		t.Error("the server does not stop")
		return -1
	}
}

// do sends a request and returns the status and the body as JSON.
func (r *running) do(t *testing.T, method, path, token string, form url.Values) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body map[string]any
	_ = json.NewDecoder(response.Body).Decode(&body)
	return response.StatusCode, body
}

// login obtains a pair of tokens.
func (r *running) login(t *testing.T) (access, refresh string) {
	t.Helper()
	status, body := r.do(t, http.MethodPost, "/api/token/", "", url.Values{"username": {"alice"}, "password": {goodPassword}})
	access, _ = body["access"].(string)
	refresh, _ = body["refresh"].(string)
	if status != http.StatusOK || access == "" || refresh == "" {
		t.Fatalf("login: %d %v", status, body)
	}
	return access, refresh
}

func withAlice(t *testing.T) *workplace {
	t.Helper()
	w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.must(t, "createsuperuser", "--noinput", "--username", "alice")
	return w
}

func TestANewcomerGetsATokenAndUsesIt(t *testing.T) {
	w := withAlice(t)
	s := w.serve(t)
	access, refresh := s.login(t)
	if status, body := s.do(t, http.MethodGet, "/hello/", access, nil); status != http.StatusOK || body["message"] != "Hello, World!" {
		t.Errorf("hello: %d %v", status, body)
	}
	if status, _ := s.do(t, http.MethodGet, "/hello/", "", nil); status != http.StatusUnauthorized {
		t.Errorf("hello without a token: %d", status)
	}
	status, body := s.do(t, http.MethodPost, "/api/token/refresh/", "", url.Values{"refresh": {refresh}})
	if status != http.StatusOK || body["refresh"] == refresh {
		t.Errorf("refresh: %d %v", status, body)
	}
	if status, _ := s.do(t, http.MethodPost, "/api/token/refresh/", "", url.Values{"refresh": {refresh}}); status != http.StatusUnauthorized {
		t.Errorf("the same refresh token again: %d", status)
	}
	if status, _ := s.do(t, http.MethodPost, "/api/token/verify/", "", url.Values{"token": {access}}); status != http.StatusOK {
		t.Errorf("verify: %d", status)
	}
	for _, path := range []string{"data/secret_key", "data/db.sqlite3", "data/keys/000001.json"} {
		info, err := os.Stat(filepath.Join(w.dir, path))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
}

func TestASecondStartUsesTheSameKeys(t *testing.T) {
	w := withAlice(t)
	first := w.serve(t)
	access, _ := first.login(t)
	if code := first.finish(t); code != exitOK {
		t.Errorf("exit code %d\n%s", code, first.log)
	}
	second := w.serve(t)
	if status, _ := second.do(t, http.MethodGet, "/hello/", access, nil); status != http.StatusOK {
		t.Errorf("a token of the first start: %d", status)
	}
}

func TestAnAddressInUseIsToldWithARemedy(t *testing.T) {
	w := newWorkplace(t)
	s := w.serve(t)
	address := strings.TrimPrefix(s.url, "http://")
	w.environ = append(w.environ, "WATCHWORD_LISTEN="+address)
	w.run(t, "", "serve").expect(t, exitFailed, "cannot listen on "+address, "set LISTEN to another address")
	w.run(t, "", "healthcheck").expect(t, exitOK, "ready")
	s.finish(t)
	w.run(t, "", "healthcheck").expect(t, exitFailed, "no answer from "+address)
}

func TestARequestInFlightIsFinishedBeforeTheServerStops(t *testing.T) {
	s := withAlice(t).serve(t)
	form := url.Values{"username": {"alice"}, "password": {goodPassword}}.Encode()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "POST /api/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(form))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err) // the handler is reading the body now
	}
	_, _ = answers.ReadString('\n')
	s.stop()
	for { // until nobody listens any more
		other, err := net.Dial("tcp", conn.RemoteAddr().String())
		if err != nil {
			break
		}
		_ = other.Close()
	}
	_, _ = io.WriteString(conn, form)
	response, err := http.ReadResponse(answers, nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the request in flight: %v, %v", response, err)
	}
	_ = response.Body.Close()
	if code := s.finish(t); code != exitOK {
		t.Errorf("exit code %d", code)
	}
}

func TestARequestThatNeverEndsIsCutOff(t *testing.T) {
	s := newWorkplace(t).serve(t, "WATCHWORD_STOP_TIMEOUT=0.05")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "POST /api/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err)
	}
	if code := s.finish(t); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
}

func TestPartsOfALaterVersionAndUnwiseSettingsAreWarnedOf(t *testing.T) {
	s := withAlice(t).serve(t, `WATCHWORD_FEATURES__MOUNTS={"simplejwt": "/api/token/", "knox": "/auth/"}`,
		"WATCHWORD_SOCIALACCOUNT_ADAPTER=x", "WATCHWORD_SIMPLE_JWT__CHECK_REVOKE_TOKEN=true")
	if status, _ := s.do(t, http.MethodPost, "/auth/login/", "", url.Values{}); status != http.StatusNotFound {
		t.Errorf("got %d", status)
	}
	s.login(t)
	s.finish(t)
	for _, warning := range []string{
		`"not_served":["knox"],"without_effect":["SOCIALACCOUNT_ADAPTER"]`, `"check":"watchword.W008"`,
	} {
		if !strings.Contains(s.log.String(), warning) {
			t.Errorf("no warning %s:\n%s", warning, s.log)
		}
	}
}

func TestTheLogHasNoSecrets(t *testing.T) {
	s := withAlice(t).serve(t, "WATCHWORD_LOG_LEVEL=debug")
	access, refresh := s.login(t)
	s.do(t, http.MethodPost, "/api/token/verify/", "", url.Values{"token": {"x" + access}})
	s.do(t, http.MethodGet, "/hello/?password="+goodPassword, access, nil)
	s.finish(t)
	for _, secret := range []string{goodPassword, access, refresh} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log has a secret:\n%s", s.log)
		}
	}
}
