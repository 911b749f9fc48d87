package tests

import (
	"bufio"
	"context"
	"errors"
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

// TestTermEndsNoRequestInFlight stops the server while logins are hashing and clients send cheap requests. /readyz
// turns 503 first, nobody gets an error, and the process ends by itself.
func TestTermEndsNoRequestInFlight(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, harness.Config{
		Database: harness.SQLite(t), Environ: []string{"WATCHWORD_DRAIN_DELAY=1s"}, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword}),
	})
	access, _ := server.Login(t, "mike", ownPassword)
	slow := openSlowRequest(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clients, served := keepAsking(ctx, t, server, access)
	awaitCount(t, served, 1)

	server.Signal(t, syscall.SIGTERM)
	awaitUnready(t, server)
	awaitCount(t, served, served.Load()+1) // it goes on serving while it drains
	slow.finish(t)                         // a login whose body had not arrived when the signal came
	server.AwaitExit(t)
	cancel()
	clients.Wait()
}

// keepAsking sends requests from several clients, each login on a connection of its own, until the server takes no more
// connections or ctx ends. A connection that is taken must be answered.
func keepAsking(ctx context.Context, t *testing.T, server *harness.Server, access string) (*sync.WaitGroup, *atomic.Int64) {
	t.Helper()
	var clients sync.WaitGroup
	var served atomic.Int64
	for i := range 4 {
		clients.Go(func() {
			for ctx.Err() == nil {
				status, taken, err := ask(ctx, server.Host, access, i == 0)
				switch {
				case !taken || ctx.Err() != nil:
					return
				case err != nil:
					t.Errorf("a request was taken and not answered: %v", err)
					return
				case status != http.StatusOK:
					t.Errorf("a request was answered %d, want 200", status)
					return
				}
				served.Add(1)
			}
		})
	}
	return &clients, &served
}

// ask makes one request on a new connection; taken says whether the server accepted the connection and read from it.
func ask(ctx context.Context, host, access string, login bool) (status int, taken bool, err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = conn.Close() }()
	request := "GET /hello/ HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + access + "\r\nConnection: close\r\n\r\n"
	if login {
		request = loginRequest(host)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, true, err
	}
	if _, err := conn.Write([]byte(request)); err != nil {
		return 0, false, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		// The kernel completes connections that wait in the queue of a listener which is closed without a word: those
		// were never taken. A reset is how that looks.
		return 0, !isReset(err), err
	}
	return response.StatusCode, true, response.Body.Close()
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
	deadline := time.Now().Add(time.Minute)
	for count.Load() < want {
		if time.Now().After(deadline) {
			t.Fatalf("%d requests served, want %d", count.Load(), want)
		}
		time.Sleep(time.Millisecond)
	}
}

func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
