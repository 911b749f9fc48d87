package tests

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"watchword/tests/harness"
)

// TestTermEndsNoRequestInFlight stops the server while clients log in and ask for pages, as a load balancer would see
// it: /readyz turns 503 first, then no new requests are sent, and all that were begun are answered, even one that is
// still arriving when the server takes no more connections. Then the process ends by itself.
func TestTermEndsNoRequestInFlight(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, harness.Config{
		Database: harness.SQLite(t), Environ: []string{"WATCHWORD_DRAIN_DELAY=2s"}, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword}),
	})
	access, _ := server.Login(t, "mike", ownPassword)
	slow := openSlowRequest(t, server)
	unready := make(chan struct{})
	clients, served := keepAsking(t, server, access, unready)
	awaitCount(t, served, 1)

	server.Signal(t, syscall.SIGTERM)
	awaitUnready(t, server)
	if got := server.Get(t, "/hello/", access); got.Status != http.StatusOK {
		t.Errorf("a request while the server drains = %d, want 200", got.Status)
	}
	close(unready)
	clients.Wait()
	awaitRefusal(t, server.Host)
	slow.finish(t)
	server.AwaitExit(t)
}

// keepAsking sends requests from several clients, the first of them logins, until the channel is closed. All must be
// answered.
func keepAsking(t *testing.T, server *harness.Server, access string, end <-chan struct{}) (*sync.WaitGroup, *atomic.Int64) {
	t.Helper()
	var clients sync.WaitGroup
	var served atomic.Int64
	for i := range 4 {
		clients.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				if !ask(t, server, access, i == 0) {
					return
				}
				served.Add(1)
			}
		})
	}
	return &clients, &served
}

func ask(t *testing.T, server *harness.Server, access string, login bool) bool {
	method, path, bearer, body := http.MethodGet, "/hello/", access, any(nil)
	if login {
		method, path, bearer, body = http.MethodPost, "/api/token/", "",
			map[string]string{"username": "mike", "password": ownPassword}
	}
	got, err := server.Do(t.Context(), method, path, bearer, body)
	if err != nil || got.Status != http.StatusOK {
		t.Errorf("%s %s = %d %s (%v), want 200", method, path, got.Status, got.Body, err)
		return false
	}
	return true
}

// awaitRefusal waits until the server takes no more connections.
func awaitRefusal(t *testing.T, host string) {
	t.Helper()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(t.Context(), "tcp", host)
		if err != nil {
			return
		}
		_ = conn.Close()
		time.Sleep(time.Millisecond)
	}
}

func loginRequest(host string) string {
	body := `{"username":"mike","password":"` + ownPassword + `"}`
	return fmt.Sprintf("POST /api/token/ HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"Connection: close\r\n\r\n%s", host, len(body), body)
}

// slowRequest is a login of which the last byte is missing.
type slowRequest struct {
	conn net.Conn
	rest string
}

func openSlowRequest(t *testing.T, server *harness.Server) *slowRequest {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", server.Host)
	if err != nil {
		t.Fatal(err)
	}
	text := loginRequest(server.Host)
	if _, err := conn.Write([]byte(text[:len(text)-1])); err != nil {
		t.Fatal(err)
	}
	return &slowRequest{conn: conn, rest: text[len(text)-1:]}
}

// finish sends the rest and wants the answer.
func (s *slowRequest) finish(t *testing.T) {
	t.Helper()
	defer func() { _ = s.conn.Close() }()
	if _, err := s.conn.Write([]byte(s.rest)); err != nil {
		t.Errorf("a request in flight was cut off: %v", err)
		return
	}
	response, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		t.Errorf("a request in flight was cut off: %v", err)
		return
	}
	if response.StatusCode != http.StatusOK {
		t.Errorf("a request in flight was answered %d, want 200", response.StatusCode)
	}
	_ = response.Body.Close()
}

func awaitUnready(t *testing.T, server *harness.Server) {
	t.Helper()
	for {
		got, err := server.Do(t.Context(), http.MethodGet, "/readyz", "", nil)
		switch {
		case err != nil:
			t.Fatalf("/readyz went away without ever answering 503: %v", err)
		case got.Status == http.StatusServiceUnavailable:
			return
		}
	}
}

func awaitCount(t *testing.T, count *atomic.Int64, want int64) {
	t.Helper()
	deadline := time.Now().Add(harness.Patience)
	for count.Load() < want {
		if time.Now().After(deadline) {
			t.Fatalf("%d requests served, want %d", count.Load(), want)
		}
		time.Sleep(time.Millisecond)
	}
}
