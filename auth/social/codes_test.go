package social_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth/social"
)

// leases are kept in memory.
type leases struct {
	mutex   sync.Mutex
	holders map[string]string
}

func (l *leases) AcquireLease(_ context.Context, name, holder string, _, _ time.Time) (bool, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.holders[name] != "" {
		return false, nil
	}
	l.holders[name] = holder
	return true, nil
}

func (l *leases) ReleaseLease(_ context.Context, name, holder string) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.holders[name] == holder {
		delete(l.holders, name)
	}
	return nil
}

func TestACodeIsSentToItsProviderOnce(t *testing.T) {
	s := newLocalProvider(t)
	var exchanges atomic.Int32
	down := new(atomic.Bool)
	down.Store(true)
	s.mux.HandleFunc("POST /login/oauth/access_token", func(w http.ResponseWriter, _ *http.Request) {
		if down.Load() {
			panic(http.ErrAbortHandler)
		}
		exchanges.Add(1)
		write(w, http.StatusOK, map[string]any{"access_token": "ours", "token_type": "bearer"})
	})
	s.answer("GET /api/v3/user", http.StatusOK, map[string]any{"id": 1001})
	s.answer("GET /api/v3/user/emails", http.StatusForbidden, nil)
	cfg := social.DefaultConfig()
	cfg.AllowLoopback, cfg.Leases = true, &leases{holders: map[string]string{}}
	cfg.Providers = map[string]social.ProviderConfig{"github": {GitHubURL: s.URL, CallbackURL: []string{callback},
		App: social.App{ClientID: ourClient, Secret: ourSecret}}}
	github := only(t, cfg, "github")
	if _, err := github.Identify(t.Context(), social.Proof{Code: "code"}); err == nil {
		t.Fatal("a provider that is down knows somebody")
	}
	down.Store(false) // the code did not get there, and is good

	var all sync.WaitGroup
	var logins atomic.Int32
	for range 20 {
		all.Go(func() {
			_, err := github.Identify(t.Context(), social.Proof{Code: "code"})
			if err == nil {
				logins.Add(1)
				return
			}
			wantReason(t, err, social.ExchangeFailed)
		})
	}
	all.Wait()
	if logins.Load() != 1 || exchanges.Load() != 1 {
		t.Errorf("one code was sent %d times and logged in %d times", exchanges.Load(), logins.Load())
	}
	if _, err := github.Identify(t.Context(), social.Proof{Code: "another"}); err != nil {
		t.Errorf("another code: %v", err)
	}
}
