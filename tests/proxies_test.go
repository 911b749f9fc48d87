package tests

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"

	"watchword/tests/harness"
)

// The site that the files in deploy/ are about, and where they say that Watchword listens.
const (
	deployedSite = "auth.example.com"
	deployedHost = "127.0.0.1:8000"
)

// TestTheProxiesOfTheDeployedFiles runs nginx and Caddy with the files in deploy/, but for ports, folders, certificates and
// their patience, before a server with the settings that these files tell, and sends requests through them.
func TestTheProxiesOfTheDeployedFiles(t *testing.T) {
	t.Parallel()
	site, caddyfile := deployedFile(t, "nginx.conf"), deployedFile(t, "Caddyfile")
	settings := harness.DefaultSettings(t)
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session"}}
	settings["REST_AUTH"] = map[string]any{"SESSION_LOGIN": true, "USE_JWT": false}
	settings["LOGIN_FAILURES_PER_CLIENT"] = "2/1h"
	for _, text := range []string{site, caddyfile} {
		tellSettings(t, settings, text)
	}
	settings["ALLOWED_HOSTS"] = append(settings["ALLOWED_HOSTS"].([]any), "127.0.0.1") // for the harness
	metrics := harness.FreeHost(t)
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings, Secrets: []string{ownPassword},
		Environ: []string{"WATCHWORD_BODY_TIMEOUT=4s", "WATCHWORD_METRICS_LISTEN=" + metrics,
			`WATCHWORD_PASSWORD_GATE={"PARALLEL": 1, "QUEUE": 1, "WAIT": "1m"}`},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
	nginx := func(t *testing.T) *proxy {
		plain, secure := harness.FreeHost(t), harness.FreeHost(t)
		return startNGINX(t, deployedSite, plain, secure, func(dir string) string {
			return replaced(t, site, "listen 80;", "listen "+plain+";", "listen 443 ssl;", "listen "+secure+" ssl;",
				"/etc/ssl/auth.example.com.pem", filepath.Join(dir, "certificate.pem"), "/etc/ssl/auth.example.com.key",
				filepath.Join(dir, "key.pem"), "/var/log/nginx/error.log", filepath.Join(dir, "error.log"),
				deployedHost, server.Host, "client_body_timeout 10s", "client_body_timeout 4s")
		})
	}
	caddy := func(t *testing.T) *proxy {
		plain, secure := harness.FreeHost(t), harness.FreeHost(t)
		return startCaddy(t, deployedSite, plain, secure, func(dir string) string {
			_, httpPort, _ := strings.Cut(plain, ":")
			_, httpsPort, _ := strings.Cut(secure, ":")
			return replaced(t, caddyfile,
				"\n{\n", "\n{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port "+httpPort+"\n\thttps_port "+httpsPort+"\n",
				"\n"+deployedSite+" {\n", "\n"+deployedSite+" {\n\ttls certificate.pem key.pem\n", deployedHost, server.Host,
				"read_body 15s", "read_body 8s")
		})
	}
	var proxies []*proxied
	for name, start := range map[string]func(*testing.T) *proxy{"127.0.1.": nginx, "127.0.2.": caddy} {
		proxies = append(proxies, &proxied{proxy: start(t), server: server, network: name})
	}
	t.Run("requests", func(t *testing.T) {
		for _, p := range proxies {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				p.clientsAreTold(t)
				p.requestsAreSecure(t)
				p.bodiesAreBounded(t)
				p.onlyTheSiteIsThere(t)
			})
		}
	})
	for _, p := range proxies {
		p.busyAnswersPass(t)
	}
	if got, err := harness.Send(t.Context(), http.DefaultClient, "GET", "http://"+metrics+"/metrics", "", nil); err != nil || got.Status != 200 {
		t.Errorf("where the metrics are told: %d, %v", got.Status, err)
	}
	server.Terminate(t)
	for _, p := range proxies {
		p.secretsStayOutOfItsLog(t)
	}
}

// deployedFile reads a file of deploy/.
func deployedFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// tellSettings adds the settings that the comment of a deployed file has.
func tellSettings(t *testing.T, settings map[string]any, text string) {
	t.Helper()
	lines := regexp.MustCompile(`(?m)^#   (.*)$`).FindAllStringSubmatch(text, -1)
	var said strings.Builder
	for _, line := range lines {
		said.WriteString(line[1] + "\n")
	}
	if err := yaml.Unmarshal([]byte(said.String()), &settings); err != nil || len(lines) < 3 {
		t.Fatalf("%d lines of settings: %v", len(lines), err)
	}
}

// proxied is a server behind a proxy. The first of the machines in network has a browser with a login.
type proxied struct {
	*proxy
	server  *harness.Server
	network string // the first three numbers of addresses
}

// send sends a JSON body, or none, with headers, name and value by turns.
func (p *proxied) send(t *testing.T, client *http.Client, method, address string, body any, headers ...string) harness.Answer {
	t.Helper()
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s: %s %s: %v", p.name, method, address, err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %s %s: %v", p.name, method, address, err)
	}
	return harness.Answer{Status: response.StatusCode, Header: response.Header, Body: text}
}

// clientsAreTold guesses from one machine until that is refused, whatever it says of itself; another is not.
func (p *proxied) clientsAreTold(t *testing.T) {
	guess := func(client *http.Client, forged string) harness.Answer {
		return p.send(t, client, "POST", "https://"+deployedSite+"/api/token/", map[string]string{"username": "nobody", "password": "wrong"},
			"X-Forwarded-For", forged, "X-Real-IP", forged, "Forwarded", "for="+forged, "X-Request-ID", "forged-id")
	}
	guesser, other := p.client(p.network+"9"), p.client(p.network+"8")
	for i, want := range []int{401, 401, 429} {
		got := guess(guesser, "203.0.113."+string(rune('1'+i)))
		if got.Status != want {
			t.Errorf("guess %d: %d %s, want %d", i, got.Status, got.Body, want)
		}
		if want == 429 && got.Header.Get("Retry-After") == "" {
			t.Error("the answer to too many guesses has no Retry-After")
		}
		if id := got.Header.Get("X-Request-Id"); id == "" || id == "forged-id" || !strings.Contains(p.server.Log(t), id) {
			t.Errorf("the request is called %q, want a name by the proxy, which the server logs", id)
		}
	}
	if got := guess(other, p.network+"9"); got.Status != 401 {
		t.Errorf("another machine's guess: %d, want 401", got.Status)
	}
	log := p.server.Log(t)
	for _, want := range []string{p.network + "9", p.network + "8"} {
		if !strings.Contains(log, `"address":"`+want+`"`) {
			t.Errorf("the client %s is not in the server's log", want)
		}
	}
	for _, nobody := range []string{"203.0.113.", `"address":"127.0.0.1","method":"POST"`} {
		if strings.Contains(log, nobody) {
			t.Errorf("%s is in the server's log, which is no client", nobody)
		}
	}
}

// requestsAreSecure logs in with a browser: cookies travel over https only, pages of the site itself may change something,
// others not, and links in mails lead back over https.
func (p *proxied) requestsAreSecure(t *testing.T) {
	browser := p.client(p.network + "1")
	const at = "https://" + deployedSite
	login := p.send(t, browser, "POST", at+sessionLoginPath, credentials(), "X-Forwarded-Proto", "http", "Origin", at)
	var csrf string
	for _, cookie := range (&http.Response{Header: login.Header}).Cookies() {
		if !cookie.Secure || cookie.Domain != "" {
			t.Errorf("the cookie %s is sent without https, or to other hosts", cookie.Name)
		}
		if cookie.Name == "csrftoken" {
			csrf = cookie.Value
		}
	}
	if login.Status != http.StatusNoContent || csrf == "" {
		t.Fatalf("login: %d %s", login.Status, login.Body)
	}
	for _, test := range []struct {
		name, header, value string
		want                int
	}{
		{"its own page", "Origin", at, 200},
		{"its own page, by Referer", "Referer", at + "/account/", 200},
		{"a page without https", "Origin", "http://" + deployedSite, 403},
		{"no page", "X-Nothing", "", 403},
		{"a forged host", "X-Forwarded-Host", "evil.example", 403},
		{"another's page", "Origin", "https://evil.example", 403},
	} {
		got := p.send(t, browser, "PATCH", at+ownUserPath, map[string]string{"first_name": "Mike"}, "X-CSRFToken", csrf, test.header, test.value)
		if got.Status != test.want {
			t.Errorf("a change from %s: %d %s, want %d", test.name, got.Status, got.Body, test.want)
		}
	}
	if got := p.send(t, browser, "GET", at+"/healthz", nil).Header["Strict-Transport-Security"]; len(got) != 1 {
		t.Errorf("Strict-Transport-Security is %q, want it once", got)
	}
	p.send(t, browser, "POST", at+"/dj-rest-auth/password/reset/", map[string]string{"email": "mike@example.org"},
		"X-CSRFToken", csrf, "Origin", at, "X-Forwarded-Host", "evil.example")
	mailed(t, p.server, regexp.MustCompile(`(https://auth\.example\.com/password-reset/confirm/\S+)`))
}

// bodiesAreBounded sends what is too long, and what never comes to its end.
func (p *proxied) bodiesAreBounded(t *testing.T) {
	client := p.client(p.network + "2")
	const address = "https://" + deployedSite + "/api/token/"
	if got := p.send(t, client, "POST", address, strings.Repeat("a", 1_040_000)); got.Status != 400 {
		t.Errorf("just below 1 MiB: %d %.200s, want Watchword's own answer", got.Status, got.Body)
	}
	for name, body := range map[string]func() io.Reader{
		"2 MiB":           func() io.Reader { return strings.NewReader(strings.Repeat("a", 2<<20)) },
		"2 MiB in chunks": func() io.Reader { return io.LimitReader(endless{}, 2<<20) },
	} {
		eventually(t, name+" is answered 413", func() bool {
			r, err := http.NewRequestWithContext(t.Context(), "POST", address, body())
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			response, err := client.Do(r)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_ = response.Body.Close()
			if response.StatusCode == http.StatusBadGateway && p.name == "Caddy" {
				return false // on a busy machine it may lose an answer that comes before the body is sent
			}
			if response.StatusCode != http.StatusRequestEntityTooLarge {
				t.Fatalf("%s: %d, want 413", name, response.StatusCode)
			}
			return true
		})
	}
	p.slowBodyEnds(t)
}

// endless is spaces.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// slowBodyEnds sends half of a body and waits: there is an answer, or at least an end.
func (p *proxied) slowBodyEnds(t *testing.T) {
	machine := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(p.network + "3")}}
	config := &tls.Config{RootCAs: p.roots, ServerName: deployedSite}
	connection, err := (&tls.Dialer{NetDialer: machine, Config: config}).DialContext(t.Context(), "tcp", p.secure)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	const half = "POST /api/token/ HTTP/1.1\r\nHost: " + deployedSite + "\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{\"username\""
	if _, err := io.WriteString(connection, half); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		if p.name != "nginx" { // which closes the connection, as a 408 may be told
			t.Errorf("a body that does not come: %v", err)
		}
		return
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusRequestTimeout && response.StatusCode != http.StatusBadGateway {
		t.Errorf("a body that does not come: %d, want Watchword's 408, or 502 where the proxy was faster", response.StatusCode)
	}
}

// onlyTheSiteIsThere asks for what is not for everybody, by other names, and without https.
func (p *proxied) onlyTheSiteIsThere(t *testing.T) {
	client := p.client("")
	const at = "https://" + deployedSite
	if got := p.send(t, client, "GET", at+"/metrics", nil); got.Status != 404 {
		t.Errorf("/metrics: %d, want 404", got.Status)
	}
	got := p.send(t, client, "GET", "http://"+deployedSite+"/a/b/?c=d", nil)
	if where := got.Header.Get("Location"); got.Status != 308 || !regexp.MustCompile(`^https://auth\.example\.com(:\d+)?/a/b/\?c=d$`).MatchString(where) {
		t.Errorf("without https: %d to %q, want 308 to https", got.Status, where)
	}
}

// busyAnswersPass logs in from all sides, until the server is too busy for one.
func (p *proxied) busyAnswersPass(t *testing.T) {
	var busy atomic.Pointer[harness.Answer]
	eventually(t, p.name+" tells that the server is busy", func() bool {
		var together sync.WaitGroup
		for i := range 6 {
			client := p.client(fmt.Sprint(p.network, 100+i)) // who may try, since one may not try as often at a time
			defer client.CloseIdleConnections()
			together.Go(func() {
				got, err := harness.Send(t.Context(), client, "POST", "https://"+deployedSite+"/api/token/", "", credentials())
				if err == nil && got.Status == http.StatusServiceUnavailable {
					busy.Store(&got)
				}
			})
		}
		together.Wait()
		return busy.Load() != nil
	})
	if got := busy.Load(); got.Header.Get("Retry-After") == "" || !json.Valid(got.Body) {
		t.Errorf("%s: a busy server's answer is %v %s, want Watchword's own with Retry-After", p.name, got.Header, got.Body)
	}
}

// secretsStayOutOfItsLog opens links when there is no server, which a proxy has reason to complain about.
func (p *proxied) secretsStayOutOfItsLog(t *testing.T) {
	const secret = "secret-of-a-link"
	client := p.client("")
	for address, want := range map[string][]int{
		"https://" + deployedSite + "/password-reset/confirm/1/" + secret + "/": {502, 503}, "http://" + deployedSite + "/" + secret + "/": {308},
	} {
		got := p.send(t, client, "GET", address, nil, "Referer", "https://"+deployedSite+"/"+secret+"/", "Cookie", "sessionid="+secret,
			"Authorization", "Bearer "+secret)
		if got.Status != want[0] && got.Status != want[len(want)-1] {
			t.Errorf("%s: %s without a server: %d, want one of %v", p.name, address, got.Status, want)
		}
	}
	data, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	if i := bytes.Index(data, []byte(secret)); i >= 0 {
		t.Errorf("%s logs what the path has: %s", p.name, data[max(0, i-300):i+len(secret)])
	}
}
