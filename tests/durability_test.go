package tests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/tests/harness"
)

const (
	writers    = 8 // clients, half of them creating rows, half rotating tokens
	killRounds = 5
)

// TestNothingAcknowledgedIsLostByAKill kills the server without warning while clients write as fast as they can, and
// starts it again, several times. Whatever was answered with success must be there afterwards: the rows, and the end of
// every token that was rotated. What was not answered may be there or not, but never half.
func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		users := make([]harness.User, writers)
		hash := harness.Argon2(ownPassword)
		for i := range users {
			users[i] = harness.User{ID: i + 1, Username: fmt.Sprintf("user%d", i), Hash: hash}
		}
		settings := harness.DefaultSettings(t)
		settings["SIMPLE_JWT"] = with(harness.JWTSettings(t), "REUSE_ENDS_FAMILY", false) // dead tokens are tried below
		server := harness.Start(t, harness.Config{Database: db, Settings: settings, Fixtures: harness.Rows(users...),
			Secrets: []string{ownPassword}})
		clients := make([]*writer, writers)
		for i := range clients {
			clients[i] = &writer{server: server, name: users[i].Username, rotates: i%2 == 1, logins: 1}
			clients[i].access, clients[i].refresh = server.Login(t, users[i].Username, ownPassword)
		}
		for range killRounds {
			killWhileWriting(t, server, clients)
			server.Launch(t)
			checkSurvival(t, server, db, clients)
		}
	})
}

// writer is a client that remembers what was acknowledged. It lives in the test's process, which nobody kills, so that
// its memory is as good as a synced file.
type writer struct {
	server          *harness.Server
	name            string
	rotates         bool
	access, refresh string
	unsure          bool // a refresh got no answer: the server may or may not have rotated the token
	tries           int
	students        []string // first names that were answered with 201
	dead            []string // refresh tokens whose successor has arrived
	logins          int      // chains of refresh tokens begun
}

// killWhileWriting lets all clients write until so many writes are acknowledged, then kills the server.
func killWhileWriting(t *testing.T, server *harness.Server, clients []*writer) {
	t.Helper()
	var acknowledged atomic.Int64
	var running sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	target := int64(100 + rand.IntN(150))
	reached, ended := make(chan struct{}), make(chan struct{})
	began := time.Now()
	for _, client := range clients {
		running.Go(func() {
			for client.write(ctx, t) {
				if acknowledged.Add(1) == target {
					close(reached)
				}
			}
		})
	}
	go func() { running.Wait(); close(ended) }()
	select {
	case <-reached:
	case <-ended:
		t.Fatalf("all clients have stopped after %d of %d writes", acknowledged.Load(), target)
	}
	elapsed := time.Since(began)
	server.Kill(t)
	stop()
	<-ended
	t.Logf("%d writes acknowledged before the kill, %.0f a second", acknowledged.Load(), float64(target)/elapsed.Seconds())
}

// write makes one write and says whether it was acknowledged; the server's death ends the client.
func (w *writer) write(ctx context.Context, t *testing.T) bool {
	if w.rotates {
		return w.rotate(ctx, t)
	}
	w.tries++
	name := fmt.Sprintf("%s-%d", w.name, w.tries)
	got, err := w.server.Do(ctx, http.MethodPost, "/api/students/", w.access, map[string]string{
		"first_name": name, "last_name": "L", "email": "s@example.org", "classroom": "1a"})
	if err != nil {
		return false
	}
	if got.Status != http.StatusCreated {
		t.Errorf("create = %d %s, want 201", got.Status, got.Body)
		return false
	}
	w.students = append(w.students, name)
	return true
}

func (w *writer) rotate(ctx context.Context, t *testing.T) bool {
	if w.unsure {
		return false
	}
	got, err := w.server.Do(ctx, http.MethodPost, refreshPath, "", map[string]string{"refresh": w.refresh})
	if err != nil {
		w.unsure = true
		return false
	}
	if got.Status != http.StatusOK {
		t.Errorf("refresh = %d %s, want 200", got.Status, got.Body)
		return false
	}
	w.dead = append(w.dead, w.refresh)
	w.refresh = got.Field(t, "refresh")
	return true
}

// checkSurvival compares what clients know with what the server kept.
func checkSurvival(t *testing.T, server *harness.Server, db harness.Database, clients []*writer) {
	t.Helper()
	rows := db.Open(t)
	kept := map[string]bool{}
	names, err := rows.QueryContext(t.Context(), "SELECT first_name FROM students_student")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = names.Close() }()
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			t.Fatal(err)
		}
		kept[name] = true
	}
	if err := names.Err(); err != nil {
		t.Fatal(err)
	}
	chains := 0
	for _, client := range clients {
		for _, name := range client.students {
			if !kept[name] {
				t.Errorf("student %s was acknowledged and is lost", name)
			}
		}
		chains += client.checkTokens(t)
	}
	// A token that was rotated away is blacklisted and has a successor: all but the last of each chain are dead. New
	// logins after a kill begin new chains.
	outstanding := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_outstandingtoken")
	blacklisted := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_blacklistedtoken")
	if logins := outstanding - blacklisted; logins != chains {
		t.Errorf("%d live tokens for %d logins: a rotation was kept by half", logins, chains)
	}
	if db.Name == "sqlite" {
		var verdict string
		if err := rows.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity_check says %q (%v)", verdict, err)
		}
	}
}

// checkTokens makes sure that rotated tokens are dead, and goes on with the newest, or logs in where the client cannot
// know which that is. It returns how many chains of tokens the client has begun.
func (w *writer) checkTokens(t *testing.T) int {
	t.Helper()
	for _, token := range w.dead[max(0, len(w.dead)-20):] {
		if got := w.server.Post(t, refreshPath, map[string]string{"refresh": token}); got.Status != http.StatusUnauthorized {
			t.Errorf("a rotated token = %d after the kill, want 401", got.Status)
		}
	}
	if w.unsure {
		got := w.server.Post(t, refreshPath, map[string]string{"refresh": w.refresh})
		switch got.Status {
		case http.StatusOK: // it had not been rotated
			w.dead = append(w.dead, w.refresh)
			w.refresh = got.Field(t, "refresh")
		case http.StatusUnauthorized: // it had, and the answer was lost
			_, w.refresh = w.server.Login(t, w.name, ownPassword)
			w.logins++
		default:
			t.Errorf("the last token = %d %s after the kill, want 200 or 401", got.Status, got.Body)
		}
		w.unsure = false
	}
	return w.logins
}
