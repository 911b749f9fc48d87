package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/auth/throttle"
)

// guessed is a core that counts attempts at a time that the test moves, with the users ana and bob.
type guessed struct {
	*auth.Service
	t     *testing.T
	clock time.Time
}

func newGuessed(t *testing.T, change func(*auth.AttemptConfig)) *guessed {
	t.Helper()
	_, store := newService(t)
	cfg := cheap()
	cfg.Gate.Queue = 1000
	passwords, err := password.NewRegistry(cfg)
	mustBe(t, err)
	g := &guessed{t: t, clock: now}
	attempts := auth.DefaultAttemptConfig()
	attempts.Now = func() time.Time { return g.clock }
	change(&attempts)
	core := auth.DefaultConfig()
	core.Method = auth.ByUsernameOrEmail
	g.Service = auth.New(core, auth.Deps{Store: store, Passwords: passwords, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Attempts: auth.NewAttempts(attempts, throttle.NewMemory())})
	for _, name := range []string{"ana", "bob"} {
		_, err := g.CreateUser(t.Context(), auth.NewUser{Username: name, Email: name + "@example.com", Password: name + "-pw"})
		mustBe(t, err)
	}
	return g
}

// try logs in, and expects "" for success, "no" for a wrong password, and "often".
func (g *guessed) try(client, name, password, want string) {
	g.t.Helper()
	_, err := g.Authenticate(throttle.WithClient(g.t.Context(), client), name, password)
	g.expect(err, want)
}

func (g *guessed) expect(err error, want string) {
	g.t.Helper()
	got := ""
	var often *throttle.Exceeded
	switch {
	case errors.As(err, &often) && often.Wait > 0:
		got = "often"
	case errors.Is(err, auth.ErrInvalidCredentials):
		got = "no"
	case err != nil:
		got = err.Error()
	}
	if got != want {
		g.t.Fatalf("got %q, want %q", got, want)
	}
}

func perMinute(n int) throttle.Rate { return throttle.Rate{Limit: n, Per: time.Minute} }

func TestAnAccountCanBeGuessedSoOftenByOneClient(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerAccountAndClient = perMinute(3) })
	for _, name := range []string{"ana", "ANA", "ana@example.com"} { // all mean the one account
		g.try("1.1.1.1", name, "x", "no")
	}
	g.try("1.1.1.1", "ana", "x", "often")
	g.try("1.1.1.1", "ana", "ana-pw", "often")
	g.try("1.1.1.1", "bob", "bob-pw", "")
	g.try("2.2.2.2", "ana", "ana-pw", "")
	g.clock = g.clock.Add(time.Minute)
	g.try("1.1.1.1", "ana", "ana-pw", "")
}

func TestANameThatMeansNobodyIsCountedAlike(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerAccountAndClient = perMinute(3) })
	for _, name := range []string{"zoe", "ZOE", "ｚoe"} {
		g.try("1.1.1.1", name, "x", "no")
	}
	g.try("1.1.1.1", "zoe", "x", "often")
	g.try("1.1.1.1", "yve", "x", "no")
}

func TestSuccessTakesBackItsOwnAttemptAlone(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerAccountAndClient, c.PerClient = perMinute(3), perMinute(5) })
	for range 10 {
		g.try("1.1.1.1", "bob", "bob-pw", "")
	}
	for range 3 {
		g.try("1.1.1.1", "ana", "x", "no")
		g.try("1.1.1.1", "bob", "bob-pw", "")
	}
	g.try("1.1.1.1", "ana", "x", "often")
	g.try("1.1.1.1", "bob", "x", "no")
	g.try("1.1.1.1", "bob", "bob-pw", "")
	g.try("1.1.1.1", "bob", "x", "no")
	g.try("1.1.1.1", "bob", "bob-pw", "often") // five failures in all
}

func TestOneClientCanFailSoOften(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerClient = perMinute(4) })
	for i := range 4 {
		g.try("1.1.1.1", fmt.Sprint("name", i), "x", "no")
	}
	g.try("1.1.1.1", "name4", "x", "often")
	g.try("2.2.2.2", "name4", "x", "no")
}

func TestAKnownClientIsNotLockedOutByOthers(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerAccount, c.KnownClientAge = perMinute(3), time.Hour })
	g.try("home", "ana", "ana-pw", "")
	for i := range 3 {
		g.try(fmt.Sprint("bot", i), "ana", "x", "no")
	}
	g.try("bot3", "ana", "ana-pw", "often")
	g.try("home", "ana", "x", "no")
	g.try("home", "ana", "ana-pw", "")
	g.clock = g.clock.Add(time.Hour)
	for i := range 3 {
		g.try(fmt.Sprint("bot", i), "ana", "x", "no")
	}
	g.try("home", "ana", "ana-pw", "often") // it was too long ago
}

func TestTheOldPasswordIsGuessedAsAtLogin(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerAccountAndClient = perMinute(3) })
	ctx := throttle.WithClient(t.Context(), "1.1.1.1")
	ana, err := g.Authenticate(ctx, "ana", "ana-pw")
	mustBe(t, err)
	for range 5 {
		if ok, err := g.CheckPassword(ctx, ana, "ana-pw"); err != nil || !ok {
			t.Fatalf("got %v, %v", ok, err)
		}
	}
	g.try("1.1.1.1", "ana", "x", "no")
	for range 2 {
		if ok, err := g.CheckPassword(ctx, ana, "x"); err != nil || ok {
			t.Fatalf("got %v, %v", ok, err)
		}
	}
	_, err = g.CheckPassword(ctx, ana, "ana-pw")
	g.expect(err, "often")
	g.try("1.1.1.1", "ana", "ana-pw", "often")
}

func TestNobodysAttemptsAreNotCounted(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerClient, c.PerAccountAndClient = perMinute(1), perMinute(1) })
	for range 3 {
		_, err := g.Authenticate(t.Context(), "ana", "x")
		g.expect(err, "no")
	}
}

func TestUnderExactSettingsNothingIsCounted(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { *c = auth.ExactAttemptConfig() })
	for range 200 {
		g.try("1.1.1.1", "ana", "x", "no")
	}
	g.try("1.1.1.1", "ana", "ana-pw", "")
}

func TestWhatWasNotTriedDoesNotCount(t *testing.T) {
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerClient = perMinute(2) })
	ctx, cancel := context.WithCancelCause(throttle.WithClient(t.Context(), "1.1.1.1"))
	cancel(context.DeadlineExceeded)
	for range 5 {
		if _, err := g.Authenticate(ctx, "ana", "x"); err == nil || errors.Is(err, auth.ErrInvalidCredentials) {
			t.Fatalf("got %v, want an error of the context", err)
		}
	}
	g.try("1.1.1.1", "ana", "x", "no")
}

func TestManyGuessesAtOnceAreNoMoreThanMayBe(t *testing.T) {
	const limit = 5
	g := newGuessed(t, func(c *auth.AttemptConfig) { c.PerAccountAndClient = perMinute(limit) })
	var tried atomic.Int32
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			_, err := g.Authenticate(throttle.WithClient(t.Context(), "1.1.1.1"), "ana", "x")
			if errors.Is(err, auth.ErrInvalidCredentials) {
				tried.Add(1)
			}
		})
	}
	all.Wait()
	if got := tried.Load(); got != limit {
		t.Errorf("%d passwords were tried, want %d", got, limit)
	}
}
