package token_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth/opaque"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/token"
)

// start is when the clock of the tests begins.
var start = time.Date(2026, time.May, 6, 7, 8, 9, 0, time.UTC)

// clock is a time that only the test moves.
type clock struct{ nanoseconds atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.nanoseconds.Store(start.UnixNano())
	return c
}

func (c *clock) now() time.Time                   { return time.Unix(0, c.nanoseconds.Load()) }
func (c *clock) forward(d time.Duration)          { c.nanoseconds.Add(int64(d)) }
func (c *clock) of(cfg token.Config) token.Config { cfg.Now = c.now; return cfg }

func newUser(t testing.TB, store *gormstore.Store, name string, active bool) *models.User {
	t.Helper()
	u := &models.User{Username: name, Password: "!", IsActive: active, DateJoined: start}
	if err := store.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	return u
}

func newScheme(t testing.TB, cfg token.Config, store token.Store) *token.Scheme {
	t.Helper()
	s, err := token.New(cfg, store)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func issue(t testing.TB, s *token.Scheme, u *models.User) schemes.Grant {
	t.Helper()
	grant, err := s.Issue(request(t, ""), u)
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

func request(t testing.TB, authorization string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

// who says in one word what came of a request with that header.
func who(t testing.TB, s *token.Scheme, authorization string) string {
	t.Helper()
	id, err := s.Authenticate(request(t, authorization))
	var failure *schemes.Failure
	switch {
	case errors.As(err, &failure):
		if failure.Scheme != token.Name || !id.Anonymous() {
			t.Errorf("got %+v of scheme %s", id, failure.Scheme)
		}
		return failure.Reason.String()
	case err != nil:
		t.Fatal(err)
	case id.Anonymous():
		return "nobody"
	case id.Scheme != token.Name || id.Key == "":
		t.Errorf("got %+v", id)
	}
	return id.User.Username
}

func wantWho(t *testing.T, s *token.Scheme, authorization, want string) {
	t.Helper()
	if got := who(t, s, authorization); got != want {
		t.Errorf("%q: got %s, want %s", authorization, got, want)
	}
}

func TestAuthenticate(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newScheme(t, newClock().of(token.DefaultConfig()), store)
		alice := newUser(t, store, "alice", true)
		text := issue(t, s, alice).Access
		ina := issue(t, s, newUser(t, store, "ina", false)).Access
		if len(text) != 64 {
			t.Errorf("got %q, want 64 characters", text)
		}
		for _, tt := range []struct{ header, want string }{
			{"Token " + text, "alice"},
			{"tOKEN " + text, "alice"},
			{" \tToken\v " + text + "\f", "alice"},
			{"", "nobody"},
			{"Bearer " + text, "nobody"},
			{"Tokenn " + text, "nobody"},
			{text, "nobody"},
			{"Token", "header empty"},
			{"Token ", "header empty"},
			{"Token " + text + " x", "header parts"},
			{"Token \xff\xfe", "header characters"},
			{"Token " + ina, "user inactive"},
			{"Token " + text[:32], "invalid"},
			{"Token " + text + "A", "invalid"},
			{"Token " + text + "=", "invalid"},
			{"Token " + strings.ToUpper(text), "invalid"},
			{"Token " + strings.Repeat("A", 64), "invalid"},
			{"Token ' OR '1'='1", "header parts"},
			{"Token %", "invalid"},
		} {
			wantWho(t, s, tt.header, tt.want)
		}
	})
}

// TestWhatIsStoredIsNoCredential reads the table and tries to log in with what is there.
func TestWhatIsStoredIsNoCredential(t *testing.T) {
	store := gormtest.SQLite(t)
	s := newScheme(t, newClock().of(token.DefaultConfig()), store)
	text := issue(t, s, newUser(t, store, "alice", true)).Access
	id, err := s.Authenticate(request(t, "Token "+text))
	if err != nil {
		t.Fatal(err)
	}
	var dump strings.Builder
	if err := store.DumpFixtures(t.Context(), &dump, []string{"rest_authtoken"}, 0); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dump.String(), text) {
		t.Error("the token is in the table")
	}
	_, stored, _ := strings.Cut(dump.String(), `"pk": "`)
	stored, _, _ = strings.Cut(stored, `"`)
	for _, attempt := range []string{id.Key, stored, strings.TrimRight(stored, "=")} {
		wantWho(t, s, "Token "+attempt, "invalid")
	}
}

func TestTokensOfEachAlgorithmAreRead(t *testing.T) {
	store, times := gormtest.SQLite(t), newClock()
	old := times.of(token.ExactConfig())
	old.Digests = []opaque.Algorithm{opaque.SHA512}
	text := issue(t, newScheme(t, old, store), newUser(t, store, "alice", true)).Access

	both := newScheme(t, times.of(token.ExactConfig()), store)
	wantWho(t, both, "Token "+text, "alice")
	wantWho(t, newScheme(t, times.of(token.DefaultConfig()), store), "Token "+text, "invalid")

	id, err := both.Authenticate(request(t, "Token "+text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := both.Revoke(request(t, ""), id); err != nil {
		t.Fatal(err)
	}
	wantWho(t, both, "Token "+text, "invalid")
}

func TestATokenEndsAfterItsValidity(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		times := newClock()
		s := newScheme(t, times.of(token.DefaultConfig()), store)
		times.forward(123_456_789) // not whole microseconds
		grant := issue(t, s, newUser(t, store, "alice", true))
		if want := start.Add(24*time.Hour + 123_456*time.Microsecond); !grant.AccessUntil.Equal(want) {
			t.Errorf("until %v, want %v", grant.AccessUntil, want)
		}
		times.forward(24 * time.Hour)
		wantWho(t, s, "Token "+grant.Access, "alice") // to the very last moment
		times.forward(time.Microsecond)
		wantWho(t, s, "Token "+grant.Access, "expired")
		wantWho(t, s, "Token "+grant.Access, "expired") // reading does not delete it
		if n, err := s.Sweep(t.Context(), times.now(), 10); err != nil || n != 1 {
			t.Errorf("Sweep = %d, %v; want 1", n, err)
		}
		wantWho(t, s, "Token "+grant.Access, "invalid")
	})
}

func TestATokenWithoutAnEnd(t *testing.T) {
	store, times := gormtest.SQLite(t), newClock()
	cfg := times.of(token.DefaultConfig())
	cfg.Validity = 0
	s := newScheme(t, cfg, store)
	grant := issue(t, s, newUser(t, store, "alice", true))
	times.forward(200 * 365 * 24 * time.Hour)
	wantWho(t, s, "Token "+grant.Access, "alice")
	if n, err := s.Sweep(t.Context(), times.now(), 10); err != nil || n != 0 || !grant.AccessUntil.IsZero() {
		t.Errorf("Sweep = %d, %v, until %v; want none", n, err, grant.AccessUntil)
	}
}

func TestUseDoesNotProlongALifeUnlessAskedTo(t *testing.T) {
	store, times := gormtest.SQLite(t), newClock()
	s := newScheme(t, times.of(token.DefaultConfig()), store)
	text := issue(t, s, newUser(t, store, "alice", true)).Access
	for range 2 {
		times.forward(12 * time.Hour)
		wantWho(t, s, "Token "+text, "alice")
	}
	times.forward(time.Second)
	wantWho(t, s, "Token "+text, "expired")
}

// counting counts the uses that are noted.
type counting struct {
	token.Store
	notes int
}

func (c *counting) RefreshLoginToken(ctx context.Context, d models.Digest, at, since time.Time) error {
	c.notes++
	return c.Store.RefreshLoginToken(ctx, d, at, since)
}

func TestALifeByUse(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		times, counted := newClock(), &counting{Store: store}
		cfg := times.of(token.DefaultConfig())
		cfg.AutoRefresh, cfg.Validity = true, time.Hour
		cfg.MinRefreshInterval, cfg.AutoRefreshMaxTTL = time.Minute, 3*time.Hour
		s := newScheme(t, cfg, counted)
		text := issue(t, s, newUser(t, store, "alice", true)).Access
		steps := []struct {
			wait  time.Duration
			want  string
			notes int // so far
		}{
			{time.Minute, "alice", 0}, // a minute after the login, not more
			{time.Second, "alice", 1},
			{time.Minute, "alice", 1},
			{time.Second, "alice", 2},
			{time.Hour, "alice", 3},
			{time.Hour, "alice", 4},
			{57*time.Minute + 58*time.Second, "alice", 5}, // three hours after the login
			{time.Second, "expired", 5},
		}
		for i, step := range steps {
			times.forward(step.wait)
			if got := who(t, s, "Token "+text); got != step.want || counted.notes != step.notes {
				t.Errorf("step %d: got %s and %d notes, want %s and %d", i, got, counted.notes, step.want, step.notes)
			}
		}
		idle := issue(t, s, newUser(t, store, "idle", true)).Access
		times.forward(time.Hour + time.Second)
		wantWho(t, s, "Token "+idle, "expired")
		if n, err := s.Sweep(t.Context(), times.now(), 10); err != nil || n != 2 {
			t.Errorf("Sweep = %d, %v; want both", n, err)
		}
	})
}

func TestSweepLeavesWhatLivesByUse(t *testing.T) {
	store, times := gormtest.SQLite(t), newClock()
	cfg := times.of(token.DefaultConfig())
	cfg.AutoRefresh, cfg.AutoRefreshMaxTTL = true, 0
	s := newScheme(t, cfg, store)
	used, idle := issue(t, s, newUser(t, store, "used", true)).Access, issue(t, s, newUser(t, store, "idle", true)).Access
	times.forward(20 * time.Hour)
	wantWho(t, s, "Token "+used, "used")
	times.forward(20 * time.Hour)
	if n, err := s.Sweep(t.Context(), times.now(), 10); err != nil || n != 1 {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	wantWho(t, s, "Token "+used, "used")
	wantWho(t, s, "Token "+idle, "invalid")
}

func TestRevokeEndsOneLoginOfMany(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newScheme(t, newClock().of(token.DefaultConfig()), store)
		alice := newUser(t, store, "alice", true)
		texts := make([]string, 10)
		for i := range texts {
			texts[i] = issue(t, s, alice).Access
		}
		id, err := s.Authenticate(request(t, "Token "+texts[3]))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := s.Revoke(request(t, ""), id); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Revoke(request(t, ""), schemes.Identity{Scheme: "jwt", Key: "no digest"}); err != nil {
			t.Errorf("another scheme's credential: %v", err)
		}
		for i, text := range texts {
			want := "alice"
			if i == 3 {
				want = "invalid"
			}
			wantWho(t, s, "Token "+text, want)
		}
		bob := issue(t, s, newUser(t, store, "bob", true)).Access
		if err := s.RevokeAll(t.Context(), alice.ID); err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			wantWho(t, s, "Token "+text, "invalid")
		}
		wantWho(t, s, "Token "+bob, "bob")
	})
}

func TestOfManyWhoEndOneTokenOneDid(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newScheme(t, newClock().of(token.DefaultConfig()), store)
		text := issue(t, s, newUser(t, store, "alice", true)).Access
		id, err := s.Authenticate(request(t, "Token "+text))
		if err != nil {
			t.Fatal(err)
		}
		var ended atomic.Int32
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				first, err := s.End(t.Context(), id)
				if err != nil {
					t.Error(err)
				}
				if first {
					ended.Add(1)
				}
			})
		}
		callers.Wait()
		if got := ended.Load(); got != 1 {
			t.Errorf("%d ended it, want 1", got)
		}
	})
}

func TestALimitEndsTheOldestLogins(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		times := newClock()
		cfg := times.of(token.DefaultConfig())
		cfg.LimitPerUser = 3
		s := newScheme(t, cfg, store)
		alice, bob := newUser(t, store, "alice", true), newUser(t, store, "bob", true)
		bobs := issue(t, s, bob).Access
		var texts []string
		for range 5 {
			texts = append(texts, issue(t, s, alice).Access)
			times.forward(time.Second)
		}
		for i, text := range texts {
			want := "alice"
			if i < 2 {
				want = "invalid"
			}
			wantWho(t, s, "Token "+text, want)
		}
		wantWho(t, s, "Token "+bobs, "bob")
	})
}

func TestPrefix(t *testing.T) {
	store, times := gormtest.SQLite(t), newClock()
	cfg := times.of(token.DefaultConfig())
	before := issue(t, newScheme(t, cfg, store), newUser(t, store, "before", true)).Access
	cfg.Prefix = "ww_"
	s := newScheme(t, cfg, store)
	text := issue(t, s, newUser(t, store, "alice", true)).Access
	if !strings.HasPrefix(text, "ww_") || len(text) != 73 {
		t.Errorf("got %q", text)
	}
	wantWho(t, s, "Token "+text, "alice")
	wantWho(t, s, "Token "+before, "before")
	wantWho(t, s, "Token "+text[3:67], "invalid")
}

func TestAFailingStoreIsNoRefusal(t *testing.T) {
	store := gormtest.SQLite(t)
	s := newScheme(t, newClock().of(token.DefaultConfig()), store)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := request(t, "Token "+strings.Repeat("A", 64)).WithContext(ctx)
	_, err := s.Authenticate(r)
	var failure *schemes.Failure
	if err == nil || errors.As(err, &failure) {
		t.Errorf("got %v, want the store's error", err)
	}
}

func TestConfigFaultsAreAllNamed(t *testing.T) {
	for name, cfg := range map[string]token.Config{"default": token.DefaultConfig(), "exact": token.ExactConfig()} {
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := token.Config{Validity: -1, LimitPerUser: -1, AutoRefresh: true, MinRefreshInterval: -1, AutoRefreshMaxTTL: -2}
	err := bad.Validate()
	for _, name := range []string{"AUTH_TOKEN_VALIDITY", "AUTH_TOKEN_DIGESTS", "AUTH_TOKEN_LIMIT_PER_USER",
		"AUTH_TOKEN_MIN_REFRESH_INTERVAL", "AUTH_TOKEN_AUTO_REFRESH_MAX_TTL"} {
		if err == nil || !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
	twice := token.DefaultConfig()
	twice.Digests = append(twice.Digests, opaque.SHA256)
	if _, err := token.New(twice, nil); err == nil {
		t.Error("a digest twice: no error")
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	store := gormtest.SQLite(b)
	s := newScheme(b, token.ExactConfig(), store)
	r := request(b, "Token "+issue(b, s, newUser(b, store, "alice", true)).Access)
	for b.Loop() {
		if _, err := s.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}
