package tests

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/tests/harness"
)

const (
	flooders   = 40
	floodGoal  = 12  // logins that got a place to hash in, before the flood ends
	cheapFloor = 100 // cheap requests that must be served meanwhile
)

// TestCheapRequestsAreServedDuringALoginFlood sends many more logins than the processors can hash, with Django's
// expensive PBKDF2, and asks for a protected page at the same time. Logins are answered 200 or 401, or 503 with a time to
// come back; cheap requests go on, and the typical one is faster than the fastest login.
func TestCheapRequestsAreServedDuringALoginFlood(t *testing.T) {
	settings := harness.DefaultSettings(t)
	settings["PASSWORD_HASHERS"] = []string{"django.contrib.auth.hashers.PBKDF2PasswordHasher"}
	settings["PASSWORD_PBKDF2_ITERATIONS"] = floodRounds()
	settings["LOGIN_FAILURES_PER_ACCOUNT_AND_CLIENT"], settings["LOGIN_FAILURES_PER_CLIENT"] = nil, nil // they would end it
	server := harness.Start(t, harness.Config{
		Database: harness.SQLite(t), Settings: settings, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Hash: expensiveHash(t)}),
	})
	access, _ := server.Login(t, "mike", expensivePassword)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var logins logins
	var flood sync.WaitGroup
	for i := range flooders {
		flood.Go(func() { logins.flood(ctx, t, server, i%2 == 0) })
	}
	var cheap []time.Duration
	deadline := time.Now().Add(harness.Patience)
	for logins.hashed.Load() < floodGoal || len(cheap) < cheapFloor {
		if time.Now().After(deadline) {
			t.Fatalf("in the end %d logins got through and %d were turned away, want %d; %d cheap requests",
				logins.hashed.Load(), logins.refused.Load(), floodGoal, len(cheap))
		}
		began := time.Now()
		if got := server.Get(t, "/hello/", access); got.Status != http.StatusOK {
			t.Fatalf("a cheap request was answered %d during the flood, want 200", got.Status)
		}
		cheap = append(cheap, time.Since(began))
	}
	stop()
	flood.Wait()
	slices.Sort(cheap)
	typical := cheap[len(cheap)/2]
	t.Logf("%d logins hashed, %d turned away, fastest login %v; %d cheap requests, half of them within %v",
		logins.hashed.Load(), logins.refused.Load(), logins.fastest, len(cheap), typical)
	if logins.refused.Load() == 0 {
		t.Error("nobody was turned away: the flood was none, or the queue has no bound")
	}
	if typical > logins.fastest {
		t.Errorf("a typical cheap request took %v, longer than the fastest login (%v)", typical, logins.fastest)
	}
}

const expensivePassword = "correct-horse-9"

// floodRounds is Django 4.2's number of rounds; with the race detector, which makes everything else slow, too, fewer.
func floodRounds() int {
	if harness.RaceDetector {
		return 30_000
	}
	return 600_000
}

func expensiveHash(t *testing.T) string {
	t.Helper()
	const salt = "floodSaltfloodSaltflo0"
	key, err := pbkdf2.Key(sha256.New, expensivePassword, []byte(salt), floodRounds(), sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("pbkdf2_sha256$%d$%s$%s", floodRounds(), salt, base64.StdEncoding.EncodeToString(key))
}

// logins counts how a flood was answered.
type logins struct {
	hashed, refused atomic.Int64
	mu              sync.Mutex
	fastest         time.Duration
}

// flood logs in over and over until ctx ends, with the right password or a wrong one.
func (l *logins) flood(ctx context.Context, t *testing.T, server *harness.Server, right bool) {
	password, want := "wrong-"+expensivePassword, http.StatusUnauthorized
	if right {
		password, want = expensivePassword, http.StatusOK
	}
	for ctx.Err() == nil {
		began := time.Now()
		got, err := server.Do(ctx, http.MethodPost, "/api/token/", "", map[string]string{"username": "mike", "password": password})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			t.Errorf("a login was not answered: %v", err)
			return
		case got.Status == want:
			l.took(time.Since(began))
		case got.Status == http.StatusServiceUnavailable && got.Header.Get("Retry-After") != "":
			l.refused.Add(1)
			time.Sleep(20 * time.Millisecond) // an impatient client; one without any pause would only measure itself
		default:
			t.Errorf("a login was answered %d %s, want %d, or 503 with Retry-After", got.Status, got.Body, want)
			return
		}
	}
}

func (l *logins) took(d time.Duration) {
	l.hashed.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fastest == 0 || d < l.fastest {
		l.fastest = d
	}
}
