package tests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/tests/harness"
)

const (
	replicaCount   = 3
	replicaClients = 6
	roundsBetween  = 12 // logins that all clients together finish between two events
	logoutBound    = time.Second
)

// TestReplicasOnOnePostgresActAsOne runs three servers on one PostgreSQL behind a proxy, under load. One is killed and
// replaced, and then all are replaced one after the other in good order. Whatever was acknowledged must hold everywhere
// and at every moment: logins open, rows are there, logouts close within a second, although all keep rows in memory. In the
// orderly part no request may fail at all.
func TestReplicasOnOnePostgresActAsOne(t *testing.T) {
	t.Parallel()
	db := harness.Postgres(t)
	users := make([]harness.User, replicaClients)
	hash := harness.Argon2(ownPassword)
	for i := range users {
		users[i] = harness.User{ID: i + 1, Username: fmt.Sprintf("user%d", i), Hash: hash}
	}
	b := &balancer{transport: &http.Transport{DisableKeepAlives: true}}
	settings := harness.DefaultSettings(t)
	settings["ROW_CACHE_AGE"] = "1s" // the more there is to forget
	var rows any = harness.Rows(users...)
	for range replicaCount {
		b.add(harness.Start(t, harness.Config{Database: db, Settings: settings, Fixtures: rows, Secrets: []string{ownPassword},
			Environ: []string{"WATCHWORD_DRAIN_DELAY=300ms"}}))
		rows = nil // the others find them there
	}
	front := httptest.NewServer(b)
	defer front.Close()

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	load := &replicaLoad{front: front.URL, balancer: b, client: &http.Client{}}
	var clients sync.WaitGroup
	for i := range users {
		clients.Go(func() { load.run(ctx, t, users[i].Username) })
	}
	load.await(t, roundsBetween)

	killed := b.all()[0]
	load.mayFail.Store(true) // requests that were with it get no answer
	killed.Kill(t)
	load.await(t, roundsBetween)
	killed.Launch(t)
	b.recovered(killed)
	load.mayFail.Store(false)
	load.await(t, roundsBetween)

	for _, replica := range b.all() {
		b.drain(replica) // as a load balancer does that sees /readyz say 503
		replica.Terminate(t)
		replica.Launch(t)
		b.recovered(replica)
		load.await(t, roundsBetween/2)
	}
	stop()
	clients.Wait()
	load.check(t)
}

// balancer is a proxy that sends each request to the next server that is in use.
type balancer struct {
	transport http.RoundTripper
	next      atomic.Uint64

	mu      sync.RWMutex
	servers []*harness.Server
	out     []*harness.Server // not to be used
}

func (b *balancer) add(s *harness.Server) { b.servers = append(b.servers, s) }

func (b *balancer) all() []*harness.Server { return b.servers }

// drain takes a server out of use; recovered puts it back.
func (b *balancer) drain(s *harness.Server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = append(b.out, s)
}

func (b *balancer) recovered(s *harness.Server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = slices.DeleteFunc(b.out, func(one *harness.Server) bool { return one == s })
}

// pick returns the next server in use.
func (b *balancer) pick() *harness.Server {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for {
		if s := b.servers[b.next.Add(1)%uint64(len(b.servers))]; !slices.Contains(b.out, s) {
			return s
		}
	}
}

// ServeHTTP passes a request on. A server that takes no connection is passed over from then on; what was sent to one is
// never sent to another.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server := b.pick()
	target, _ := url.Parse(server.URL)
	proxy := &httputil.ReverseProxy{
		Transport: b.transport,
		Rewrite:   func(p *httputil.ProxyRequest) { p.SetURL(target); p.Out.Host = target.Host },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			var call *net.OpError
			if errors.As(err, &call) && call.Op == "dial" {
				b.drain(server)
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusServiceUnavailable) // it was not sent
				return
			}
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	proxy.ServeHTTP(w, r)
}

// replicaLoad is clients that remember what was acknowledged.
type replicaLoad struct {
	front    string
	balancer *balancer
	client   *http.Client
	mayFail  atomic.Bool
	rounds   atomic.Int64
	names    atomic.Int64

	mu       sync.Mutex
	students []string // that were answered with 201
}

// await waits until the clients have finished so many more rounds.
func (l *replicaLoad) await(t *testing.T, rounds int64) {
	t.Helper()
	goal, deadline := l.rounds.Load()+rounds, time.Now().Add(harness.Patience)
	for l.rounds.Load() < goal {
		if t.Failed() || time.Now().After(deadline) {
			t.Fatalf("%d rounds are missing", goal-l.rounds.Load())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// run logs in, looks around, writes, refreshes and logs out, again and again.
func (l *replicaLoad) run(ctx context.Context, t *testing.T, name string) {
	for ctx.Err() == nil {
		l.round(ctx, t, name)
		l.rounds.Add(1)
	}
}

func (l *replicaLoad) round(ctx context.Context, t *testing.T, name string) {
	credentials := map[string]string{"username": name, "password": ownPassword}
	login, ok := l.do(ctx, t, l.front, http.MethodPost, "/api/token/", "", credentials, 200)
	if !ok {
		return
	}
	access, refresh := fieldOf(login, "access"), fieldOf(login, "refresh")
	for range replicaCount { // whoever is asked knows the login
		l.do(ctx, t, l.front, http.MethodGet, "/hello/", "Bearer "+access, nil, 200)
	}
	student := map[string]any{"first_name": name + fmt.Sprint(l.names.Add(1)), "last_name": "x", "email": "x@example.com", "classroom": "1a"}
	if _, ok := l.do(ctx, t, l.front, http.MethodPost, "/api/students/", "Bearer "+access, student, 201); ok {
		l.mu.Lock()
		l.students = append(l.students, student["first_name"].(string))
		l.mu.Unlock()
	}
	if _, ok := l.do(ctx, t, l.front, http.MethodPost, refreshPath, "", map[string]string{"refresh": refresh}, 200); ok {
		l.do(ctx, t, l.front, http.MethodPost, refreshPath, "", map[string]string{"refresh": refresh}, 401)
	}
	l.logout(ctx, t, credentials)
}

// logout ends an opaque token at one server, and expects all to refuse it within a second.
func (l *replicaLoad) logout(ctx context.Context, t *testing.T, credentials map[string]string) {
	login, ok := l.do(ctx, t, l.front, http.MethodPost, "/auth/login/", "", credentials, 200)
	if !ok {
		return
	}
	token := "Token " + fieldOf(login, "token")
	for range replicaCount {
		l.do(ctx, t, l.front, http.MethodGet, "/auth-demo/whoami/", token, nil, 200)
	}
	if _, ok := l.do(ctx, t, l.front, http.MethodDelete, "/auth/logout/", token, nil, 204); !ok {
		return
	}
	ended := time.Now()
	for _, replica := range l.balancer.all() {
		for ctx.Err() == nil {
			got, err := l.send(ctx, replica.URL, http.MethodGet, "/auth-demo/whoami/", token, nil)
			if err != nil || got.Status == 401 {
				break // it is down, or knows
			}
			if time.Since(ended) > logoutBound {
				t.Errorf("a token is still good (%d) %v after its logout at another server", got.Status, time.Since(ended))
				break
			}
		}
	}
}

// do sends a request and expects a status; it reports whether that came. While servers may be down, what gets no answer is
// no fault, and neither is an answer of the proxy; a wrong answer of a server always is.
func (l *replicaLoad) do(ctx context.Context, t *testing.T, base, method, path, authorization string, body any, want int) (
	harness.Answer, bool) {
	mayFail := l.mayFail.Load()
	got, err := l.send(ctx, base, method, path, authorization, body)
	for err == nil && got.Status == http.StatusServiceUnavailable && ctx.Err() == nil { // as every client should
		mayFail = mayFail || l.mayFail.Load()
		time.Sleep(10 * time.Millisecond)
		got, err = l.send(ctx, base, method, path, authorization, body)
	}
	switch {
	case ctx.Err() != nil:
		return got, false
	case err == nil && got.Status == want:
		return got, true
	case mayFail || l.mayFail.Load():
		if err != nil || got.Status == http.StatusBadGateway {
			return got, false
		}
	}
	t.Errorf("%s %s = %d %s (%v), want %d", method, path, got.Status, got.Body, err, want)
	return got, false
}

func (l *replicaLoad) send(ctx context.Context, base, method, path, authorization string, body any) (harness.Answer, error) {
	return harness.Send(ctx, l.client, method, base+path, authorization, body)
}

// fieldOf reads a text from a JSON body; "" if it is not there. It may be called by any goroutine.
func fieldOf(a harness.Answer, name string) string {
	var body map[string]any
	_ = json.Unmarshal(a.Body, &body)
	text, _ := body[name].(string)
	return text
}

// check looks for every row that was acknowledged at every server.
func (l *replicaLoad) check(t *testing.T) {
	t.Helper()
	for _, replica := range l.balancer.all() {
		access, _ := replica.Login(t, "user0", ownPassword)
		list := string(replica.Get(t, "/api/students/", access).Body)
		for _, name := range l.students {
			if !strings.Contains(list, `"`+name+`"`) {
				t.Errorf("%s was acknowledged and is not there", name)
			}
		}
	}
	t.Logf("%d rounds, %d rows", l.rounds.Load(), len(l.students))
}
