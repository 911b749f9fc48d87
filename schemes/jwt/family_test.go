package jwt

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
)

// household is a scheme over a real database, at a time that the test moves.
type household struct {
	*Scheme
	store *gormstore.Store
	alice *models.User
	clock *clock
}

// newHousehold returns the safe settings but for cheap signatures, changed by change.
func newHousehold(t testing.TB, change func(*Config)) household {
	t.Helper()
	db := gormtest.SQLite(t)
	alice := &models.User{Username: "alice", Password: "!", IsActive: true, DateJoined: time.Now()}
	if err := db.CreateUser(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	c := newClock()
	cfg := DefaultConfig()
	cfg.Algorithm, cfg.Now = "HS256", c.now
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg, keysOf(t, cfg), db, db)
	if err != nil {
		t.Fatal(err)
	}
	return household{s, db, alice, c}
}

func (h household) login(t testing.TB) string {
	t.Helper()
	g, err := h.Issue(httptest.NewRequest(http.MethodPost, "/", nil), h.alice)
	if err != nil {
		t.Fatal(err)
	}
	return g.Refresh
}

// must refreshes, and fails the test if that is refused.
func (h household) must(t testing.TB, raw string) schemes.Grant {
	t.Helper()
	g, err := h.Refresh(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (h household) refused(t testing.TB, raw string, want schemes.Reason) {
	t.Helper()
	if _, err := h.Refresh(t.Context(), raw); reasonOf(t, err) != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestATokenUsedTwiceEndsItsFamily(t *testing.T) {
	for _, generation := range []int{0, 1, 2} {
		h := newHousehold(t, nil)
		tokens := []string{h.login(t)}
		for range 3 {
			tokens = append(tokens, h.must(t, tokens[len(tokens)-1]).Refresh)
		}
		bystander := h.login(t)
		h.refused(t, tokens[generation], schemes.Revoked)
		h.refused(t, tokens[3], schemes.Revoked)
		if err := h.Verify(t.Context(), tokens[3]); reasonOf(t, err) != schemes.Revoked {
			t.Errorf("verify of the current token: %v, want Revoked", err)
		}
		h.must(t, bystander)
	}
}

func TestWithoutReuseEndsFamilyOnlyTheOldTokenIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"with other uses of families": func(c *Config) { c.ReuseEndsFamily = false },
		"without families":            func(c *Config) { c.ReuseEndsFamily, c.FamilyLifetime = false, 0 },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t, change)
			old := h.login(t)
			next := h.must(t, old).Refresh
			h.refused(t, old, schemes.Revoked)
			h.must(t, next)
		})
	}
}

func TestLogoutWithATokenThatWasExchangedEndsTheFamily(t *testing.T) {
	h := newHousehold(t, func(c *Config) { c.ReuseGracePeriod = time.Minute })
	old := h.login(t)
	next := h.must(t, old).Refresh
	if err := h.Blacklist(t.Context(), old); reasonOf(t, err) != schemes.Revoked {
		t.Errorf("got %v, want Revoked", err)
	}
	h.refused(t, next, schemes.Revoked)
	h.refused(t, old, schemes.Revoked)
}

func TestWithinTheGracePeriodTheSuccessorIsTheSame(t *testing.T) {
	h := newHousehold(t, func(c *Config) { c.ReuseGracePeriod = 10 * time.Second })
	first := h.login(t)
	second := h.must(t, first)
	h.clock.at = h.clock.at.Add(9999 * time.Millisecond)
	if diff := cmp.Diff(second, h.must(t, first)); diff != "" {
		t.Errorf("another answer (-first +again):\n%s", diff)
	}
	third := h.must(t, second.Refresh)
	h.clock.at = h.clock.at.Add(time.Second)
	if diff := cmp.Diff(third, h.must(t, second.Refresh)); diff != "" {
		t.Errorf("another answer later (-first +again):\n%s", diff)
	}
}

func TestTheGracePeriodIsForTheParentAlone(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, h household, next string){
		"it is over":             func(_ *testing.T, h household, _ string) { h.clock.at = h.clock.at.Add(10 * time.Second) },
		"the successor was used": func(t *testing.T, h household, next string) { h.must(t, next) },
		"the successor was ended": func(t *testing.T, h household, next string) {
			if err := h.Blacklist(t.Context(), next); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHousehold(t, func(c *Config) { c.ReuseGracePeriod = 10 * time.Second })
			old := h.login(t)
			next := h.must(t, old).Refresh
			spoil(t, h, next)
			h.refused(t, old, schemes.Revoked)
			h.refused(t, next, schemes.Revoked)
		})
	}
}

// TestARequestThatBeganBeforeTheRotationIsNoException: its clock was read before the winner's.
func TestARequestThatBeganBeforeTheRotationIsNoException(t *testing.T) {
	h := newHousehold(t, nil)
	old := h.login(t)
	h.clock.at = h.clock.at.Add(time.Second)
	h.must(t, old)
	h.clock.at = h.clock.at.Add(-time.Millisecond)
	h.refused(t, old, schemes.Revoked)
}

func TestADisabledUserGetsNothingInTheGracePeriod(t *testing.T) {
	h := newHousehold(t, func(c *Config) { c.ReuseGracePeriod = 10 * time.Second })
	old := h.login(t)
	h.must(t, old)
	h.users = disabled{h.alice}
	h.refused(t, old, schemes.UserInactive)
}

// disabled knows one user, whom nobody lets in.
type disabled struct{ user *models.User }

func (d disabled) UserBy(context.Context, models.UserField, string) (*models.User, error) {
	u := *d.user
	u.IsActive = false
	return &u, nil
}

func TestAFamilyHasAnEndHoweverOftenItIsProlonged(t *testing.T) {
	h := newHousehold(t, func(c *Config) {
		c.RefreshTokenLifetime, c.FamilyLifetime = 24*time.Hour, 60*time.Hour
	})
	began := h.clock.at.Truncate(time.Second)
	raw := h.login(t)
	for range 2 {
		h.clock.at = h.clock.at.Add(23 * time.Hour)
		raw = h.must(t, raw).Refresh
	}
	h.clock.at = h.clock.at.Add(13 * time.Hour) // 59 in all
	last := h.must(t, raw)
	if want := began.Add(60 * time.Hour); !last.RefreshUntil.Equal(want) {
		t.Errorf("the last token ends at %v, want %v", last.RefreshUntil, want)
	}
	h.clock.at = h.clock.at.Add(time.Hour)
	h.refused(t, last.Refresh, schemes.Expired)
}

func TestAFamilyLivesAsLongAsItsFirstTokenAtLeast(t *testing.T) {
	h := newHousehold(t, func(c *Config) { c.RefreshTokenLifetime, c.FamilyLifetime = 48*time.Hour, time.Hour })
	raw := h.login(t)
	h.clock.at = h.clock.at.Add(47 * time.Hour)
	h.must(t, raw)
}

func TestWithoutFamilyLifetimeThereIsNoEnd(t *testing.T) {
	h := newHousehold(t, func(c *Config) { c.FamilyLifetime = 0 })
	raw := h.login(t)
	for range 50 {
		h.clock.at = h.clock.at.Add(23 * time.Hour)
		raw = h.must(t, raw).Refresh
	}
}

// TestTokensOfOthersAreAdopted: a token that a Django with the same key has made is in no table of ours.
func TestTokensOfOthersAreAdopted(t *testing.T) {
	h := newHousehold(t, nil)
	made := h.clock.at.Add(-20 * time.Hour).Unix()
	foreign := fixture{Scheme: h.Scheme}.forge(t, `{"token_type":"refresh","exp":`+number(made+86400)+`,"iat":`+number(made)+
		`,"jti":"django's","user_id":`+string(h.alice.ID)+`}`)
	next := h.must(t, foreign).Refresh
	f, err := h.store.FamilyOfRetired(t.Context(), "django's")
	if err != nil || f.StartedAt.Unix() != made {
		t.Fatalf("got %+v, %v; want a family that began when the token was made", f, err)
	}
	h.refused(t, foreign, schemes.Revoked)
	h.refused(t, next, schemes.Revoked)
}

func TestParallelRefreshes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		grace  time.Duration
		winner int
	}{{"without a grace period one wins", 0, 1}, {"with one all stay logged in", 10 * time.Second, 32}} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHousehold(t, func(c *Config) { c.ReuseGracePeriod = tt.grace })
			raw := h.must(t, h.login(t)).Refresh
			for range 3 {
				grants, won := make([]schemes.Grant, 32), 0
				var all sync.WaitGroup
				for i := range grants {
					all.Go(func() { grants[i], _ = h.Refresh(t.Context(), raw) })
				}
				all.Wait()
				var first schemes.Grant
				for _, g := range grants {
					if g.Refresh == "" {
						continue
					}
					if won++; won == 1 {
						first = g
					} else if diff := cmp.Diff(first, g); diff != "" {
						t.Fatalf("two answers (-one +other):\n%s", diff)
					}
				}
				if won != tt.winner {
					t.Fatalf("%d won, want %d", won, tt.winner)
				}
				if raw = first.Refresh; tt.grace == 0 {
					h.refused(t, raw, schemes.Revoked)
					raw = h.login(t)
				}
			}
		})
	}
}
