package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"watchword/models/gormstore/gormtest"
)

// benchPassword is that of the user whom the benchmarks log in.
const benchPassword = "correct horse 9"

// BenchmarkRequest measures whole requests of one client on one connection, over the loopback and with one log line each. The client
// allocates nothing, so the figures are the server's alone. Requests that look up rows are measured on both databases.
// What it is busy with is also what the compiler optimises the program for: see the target profile of the Makefile.
func BenchmarkRequest(b *testing.B) {
	const demo = "DEMO: true\n"
	for _, database := range []struct {
		name string
		url  func(testing.TB) string
	}{{"", gormtest.SQLiteURL}, {"-postgres", gormtest.PostgresURL}} {
		name, url := database.name, database.url
		b.Run("opaque"+name, func(b *testing.B) {
			c := newBenchClient(b, demo+"DATABASE_URL: "+url(b)+"\n")
			var answer struct{ Token string }
			c.login(b, "/auth/login/", &answer)
			c.measure(b, "GET /auth-demo/whoami/", "Authorization: Token "+answer.Token, "")
		})
		b.Run("session"+name, func(b *testing.B) {
			c := newBenchClient(b, demo+"DATABASE_URL: "+url(b)+"\n"+
				"REST_FRAMEWORK: {DEFAULT_AUTHENTICATION_CLASSES: [session]}\nREST_AUTH: {SESSION_LOGIN: true}\n"+
				"SESSION_COOKIE_SECURE: false\nCSRF_COOKIE_SECURE: false\n")
			for _, cookie := range c.login(b, "/dj-rest-auth/login/", nil) {
				if cookie.Name == "sessionid" {
					c.measure(b, "GET /auth-demo/whoami/", "Cookie: sessionid="+cookie.Value, "")
				}
			}
		})
		b.Run("jwt"+name, func(b *testing.B) {
			c := newBenchClient(b, demo+"DATABASE_URL: "+url(b)+"\n")
			c.measure(b, "GET /hello/", "Authorization: Bearer "+c.access(b), "")
		})
	}
	b.Run("verify", func(b *testing.B) {
		c := newBenchClient(b, demo)
		c.measure(b, "POST /api/token/verify/", "Content-Type: application/json", `{"token":"`+c.access(b)+`"}`)
	})
	b.Run("health", func(b *testing.B) {
		newBenchClient(b, demo).measure(b, "GET /healthz", "Accept: */*", "")
	})
}

// benchClient talks to a server over an empty database, in which there is one user.
type benchClient struct {
	conn   net.Conn
	reader *bufio.Reader
	url    string
}

// newBenchClient starts a server with the settings in file, and connects to it.
func newBenchClient(b *testing.B, file string) *benchClient {
	b.Helper()
	s, store, mails := openWith(b, file)
	server, err := newServer(s, store, mails, newLogger(s.Log, io.Discard))
	if err != nil {
		b.Fatal(err)
	}
	listening := httptest.NewUnstartedServer(server.http.Handler)
	listening.Config = server.http
	listening.Start()
	b.Cleanup(listening.Close)
	conn, err := net.Dial("tcp", listening.Listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	c := &benchClient{conn: conn, reader: bufio.NewReader(conn), url: listening.URL}
	const user = `{"username":"bench","email":"b@example.org","password1":%[1]q,"password2":%[1]q}`
	c.post(b, "/dj-rest-auth/registration/", fmt.Sprintf(user, benchPassword), nil)
	return c
}

// post sends a body and reads the answer into answer, if there is one.
func (c *benchClient) post(b *testing.B, path, body string, answer any) []*http.Cookie {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, c.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Host = "example.com"
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	said, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		b.Fatalf("%s: %d %s, %v", path, response.StatusCode, said, err)
	}
	if answer != nil {
		if err := json.Unmarshal(said, answer); err != nil {
			b.Fatal(err)
		}
	}
	return response.Cookies()
}

// login logs the user in.
func (c *benchClient) login(b *testing.B, path string, answer any) []*http.Cookie {
	b.Helper()
	return c.post(b, path, fmt.Sprintf(`{"username":"bench","password":%q}`, benchPassword), answer)
}

// access is a JWT of the user.
func (c *benchClient) access(b *testing.B) string {
	b.Helper()
	var answer struct{ Access string }
	c.login(b, "/api/token/", &answer)
	return answer.Access
}

// measure sends one request again and again.
func (c *benchClient) measure(b *testing.B, line, header, body string) {
	b.Helper()
	request := []byte(fmt.Sprintf("%s HTTP/1.1\r\nHost: example.com\r\n%s\r\nContent-Length: %d\r\n\r\n%s", line, header,
		len(body), body))
	c.answer(b, request)
	b.ReportAllocs()
	for b.Loop() {
		c.answer(b, request)
	}
}

// answer sends a request and reads what comes back.
func (c *benchClient) answer(b *testing.B, request []byte) {
	if _, err := c.conn.Write(request); err != nil {
		b.Fatal(err)
	}
	length := 0
	for first := true; ; first = false {
		line, err := c.reader.ReadSlice('\n')
		if err != nil || first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			b.Fatalf("%s %v", line, err)
		}
		if text, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			length = 0
			for _, digit := range bytes.TrimSpace(text) {
				length = 10*length + int(digit-'0')
			}
		}
		if len(line) == len("\r\n") {
			break
		}
	}
	if _, err := c.reader.Discard(length); err != nil {
		b.Fatal(err)
	}
}
