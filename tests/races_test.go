package tests

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"watchword/tests/harness"
)

const (
	racers = 32 // requests at the same time
	rounds = 8  // of each race, on each database
)

// racing is a server with one user whose tokens are fought over.
func racing(t *testing.T, db harness.Database) *harness.Server {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["LOGIN_FAILURES_PER_ACCOUNT_AND_CLIENT"] = nil // it bounds how many of one client are tried at once, too
	return harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword}, Fixtures: harness.Rows(
		harness.User{ID: 1, Username: "mike", Password: ownPassword})})
}

// race posts the same body many times at once and returns all answers.
func race(t *testing.T, server *harness.Server, path string, body any, n int) []harness.Answer {
	t.Helper()
	return raceEach(t, server, path, func(int) any { return body }, n)
}

// raceEach posts many bodies at once and returns all answers.
func raceEach(t *testing.T, server *harness.Server, path string, body func(i int) any, n int) []harness.Answer {
	t.Helper()
	answers := make([]harness.Answer, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			got, err := server.Do(t.Context(), http.MethodPost, path, "", body(i))
			if err != nil {
				t.Error(err)
			}
			answers[i] = got
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return answers
}

// wantBusy fails the test unless a loser was told to come back: more racers than connections or places to hash in may
// wait too long for one.
func wantBusy(t *testing.T, got harness.Answer) {
	t.Helper()
	if got.Status != 503 || got.Header.Get("Retry-After") == "" {
		t.Errorf("a racer was answered %d %s, want a refusal, or 503 with Retry-After", got.Status, got.Body)
	}
}

func TestOneRefreshOfManyWinsWhenTokensRotate(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := racing(t, db)
		rows := db.Open(t)
		for range rounds {
			_, refresh := server.Login(t, "mike", ownPassword)
			outstanding := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_outstandingtoken")
			blacklisted := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_blacklistedtoken")
			var winners []harness.Answer
			for _, got := range race(t, server, refreshPath, map[string]string{"refresh": refresh}, racers) {
				switch got.Status {
				case 200:
					winners = append(winners, got)
				case 401:
				default:
					wantBusy(t, got)
				}
			}
			if len(winners) != 1 {
				t.Fatalf("%d of %d refreshes of one token won, want 1", len(winners), racers)
			}
			if got := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_outstandingtoken") - outstanding; got != 1 {
				t.Errorf("%d new outstanding tokens, want 1", got)
			}
			if got := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_blacklistedtoken") - blacklisted; got != 2 {
				t.Errorf("%d newly blacklisted tokens, want the one that was fought over and its successor", got)
			}
			// The losers have used a token that was used before: the login is over for the winner, too.
			successor := winners[0].Field(t, "refresh")
			if got := server.Post(t, refreshPath, map[string]string{"refresh": successor}); got.Status != 401 {
				t.Errorf("the winner's token = %d %s, want 401", got.Status, got.Body)
			}
		}
	})
}

// TestClientsThatRefreshAtOnceStayLoggedIn when there is a grace period: all of them get one and the same pair.
func TestClientsThatRefreshAtOnceStayLoggedIn(t *testing.T) {
	t.Parallel()
	const clients = 20
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		settings := harness.DefaultSettings(t)
		settings["SIMPLE_JWT"] = with(harness.JWTSettings(t), "REUSE_GRACE_PERIOD", 10)
		server := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
			Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword})})
		_, refresh := server.Login(t, "mike", ownPassword)
		for range rounds {
			pairs := map[string]bool{}
			for _, got := range race(t, server, refreshPath, map[string]string{"refresh": refresh}, clients) {
				if got.Status != 200 {
					t.Fatalf("a client was answered %d %s, want 200", got.Status, got.Body)
				}
				pairs[got.Field(t, "access")+" "+got.Field(t, "refresh")] = true
				refresh = got.Field(t, "refresh")
			}
			if len(pairs) != 1 {
				t.Fatalf("%d clients got %d pairs, want one for all", clients, len(pairs))
			}
		}
	})
}

func TestParallelBlacklistingLeavesOneRow(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := racing(t, db)
		rows := db.Open(t)
		for round := range rounds {
			_, refresh := server.Login(t, "mike", ownPassword)
			won := 0
			for _, got := range race(t, server, blacklistPath, map[string]string{"refresh": refresh}, racers) {
				switch got.Status {
				case 200:
					won++
				case 401:
				default:
					wantBusy(t, got)
				}
			}
			if won == 0 {
				t.Error("nobody could blacklist the token")
			}
			if got := harness.Count(t, rows, "SELECT count(*) FROM token_blacklist_blacklistedtoken"); got != round+1 {
				t.Fatalf("%d blacklisted tokens after %d rounds", got, round+1)
			}
			if got := server.Post(t, refreshPath, map[string]string{"refresh": refresh}); got.Status != 401 {
				t.Errorf("refresh of a blacklisted token = %d %s, want 401", got.Status, got.Body)
			}
		}
	})
}

// TestParallelLoginsAllCount logs one user in many times at once: every answer that says 200 has a row of its own.
func TestParallelLoginsAllCount(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := racing(t, db)
		body := map[string]string{"username": "mike", "password": ownPassword}
		tokens := map[string]bool{}
		for _, got := range race(t, server, "/api/token/", body, racers) {
			if got.Status == 200 {
				tokens[got.Field(t, "refresh")] = true
			} else {
				wantBusy(t, got)
			}
		}
		if len(tokens) == 0 {
			t.Fatal("nobody could log in")
		}
		if got := harness.Count(t, db.Open(t), "SELECT count(*) FROM token_blacklist_outstandingtoken"); got != len(tokens) {
			t.Errorf("%d outstanding tokens for %d logins", got, len(tokens))
		}
	})
}

// TestOneRegistrationOfManyGetsTheAddress lets many people register at the tutorial's endpoint with one address or one
// name: the table has no unique index for addresses.
func TestOneRegistrationOfManyGetsTheAddress(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		settings := harness.DefaultSettings(t)
		settings["FEATURES"] = map[string]any{"mounts": map[string]string{"tutorial-jwt": "/jwt/"}}
		server := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword}})
		rows := db.Open(t)
		for round := range rounds {
			wanted := fmt.Sprintf("wanted%d", round)
			for _, body := range []func(i int) any{
				func(i int) any { return registration(fmt.Sprintf("racer%dof%d", i, round), wanted) },
				func(i int) any { return registration(wanted, fmt.Sprintf("racer%dof%d", i, round)) },
			} {
				won := 0
				for _, got := range raceEach(t, server, "/jwt/registration/", body, racers) {
					switch got.Status {
					case 201:
						won++
					case 400:
					default:
						wantBusy(t, got)
					}
				}
				if won != 1 {
					t.Errorf("%d of %d registrations won, want 1", won, racers)
				}
			}
			if got := harness.Count(t, rows, "SELECT count(*) FROM auth_user"); got != 2*(round+1) {
				t.Fatalf("%d users after %d rounds of two races", got, round+1)
			}
		}
	})
}

// registration is a body for the tutorial's registration.
func registration(username, mailbox string) map[string]string {
	return map[string]string{"username": username, "email": mailbox + "@example.com", "password": ownPassword}
}
