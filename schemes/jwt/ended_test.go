package jwt

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"watchword/schemes"
)

// endLogins ends all logins of alice at a time.
func (f fixture) endLogins(at time.Time) { f.store.users[0].LoginsEnded = &at }

// wantProof checks whether an access token proves who alice is.
func wantProof(t *testing.T, f fixture, name, raw string, want schemes.Reason) {
	t.Helper()
	if _, err := f.Authenticate(bearerRequest("Bearer " + raw)); reasonOf(t, err) != want {
		t.Errorf("%s: the access token: got %v, want %v", name, err, want)
	}
}

func TestTokensFromBeforeLoginsWereEndedAreVoid(t *testing.T) {
	f := safe(t, nil)
	before := f.issue(t)
	f.clock.at = f.clock.at.Add(time.Millisecond) // still the same second
	f.endLogins(f.clock.at)
	after := f.issue(t)
	wantProof(t, f, "before", before.Access, schemes.Revoked)
	wantProof(t, f, "after, in the same second", after.Access, 0)
	if _, err := f.Refresh(t.Context(), before.Refresh); reasonOf(t, err) != schemes.Revoked {
		t.Errorf("refresh with a token from before: got %v, want Revoked", err)
	}
	next, err := f.Refresh(t.Context(), after.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	wantProof(t, f, "refreshed", next.Access, 0)
	if next, err = f.Refresh(t.Context(), next.Refresh); err != nil {
		t.Fatal(err)
	}
	wantProof(t, f, "refreshed twice", next.Access, 0)
}

func TestOnlyTokensOfTheSecondInWhichLoginsWereEndedHaveAFraction(t *testing.T) {
	f := safe(t, nil)
	f.endLogins(f.clock.at)
	if got := payload(t, f.issue(t).Access); !strings.Contains(got, `"iat":1767323045.678901,`) {
		t.Errorf("got %s", got)
	}
	f.clock.at = f.clock.at.Add(time.Second)
	if got := payload(t, f.issue(t).Access); !strings.Contains(got, `"iat":1767323046,`) {
		t.Errorf("got %s", got)
	}
}

func TestAServerWhoseClockIsBehindIssuesTokensThatHold(t *testing.T) {
	f := safe(t, func(c *Config) { c.Leeway = 10 * time.Second })
	f.endLogins(f.clock.at.Add(2 * time.Second))
	wantProof(t, f, "issued", f.issue(t).Access, 0)
}

func TestATokenThatDoesNotSayWhenItIsFromIsVoidOnceLoginsWereEnded(t *testing.T) {
	f := safe(t, nil)
	raw := f.forge(t, `{"token_type":"access","exp":1767323100,"jti":"a","user_id":1}`)
	wantProof(t, f, "never ended", raw, 0)
	f.endLogins(f.clock.at.Add(-24 * time.Hour))
	wantProof(t, f, "ended a day ago", raw, schemes.Revoked)
}

func TestUnderExactEnabledUsersHaveTheirTokensBack(t *testing.T) {
	f := exact(t, rotating)
	before := f.issue(t)
	f.clock.at = f.clock.at.Add(time.Second)
	f.endLogins(f.clock.at)
	wantProof(t, f, "exact", before.Access, 0)
	if _, err := f.Refresh(t.Context(), before.Refresh); err != nil {
		t.Errorf("refresh: %v", err)
	}
}

func TestSlidingTokensFromBeforeLoginsWereEndedAreVoid(t *testing.T) {
	f := safe(t, func(c *Config) { c.AuthTokenClasses = []string{"SlidingToken"} })
	g, err := f.Sliding().Issue(bearerRequest(""), f.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	f.clock.at = f.clock.at.Add(time.Second)
	f.endLogins(f.clock.at)
	wantProof(t, f, "sliding", g.Access, schemes.Revoked)
	if _, err := f.Sliding().Refresh(t.Context(), g.Access); reasonOf(t, err) != schemes.Revoked {
		t.Errorf("refresh: got %v, want Revoked", err)
	}
	if g, err = f.Sliding().Issue(bearerRequest(""), f.store.alice()); err != nil {
		t.Fatal(err)
	}
	if g, err = f.Sliding().Refresh(t.Context(), g.Access); err != nil {
		t.Fatal(err)
	}
	wantProof(t, f, "refreshed in the same second", g.Access, 0)
}

func TestTheTutorialsTokensFromBeforeLoginsWereEndedAreVoid(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  TutorialConfig
		want schemes.Reason
	}{
		{"safe", DefaultTutorialConfig(), schemes.Expired},
		{"exact", ExactTutorialConfig(), 0},
	} {
		users, at := newStore(), newClock()
		test.cfg.Now = at.now
		s, err := NewTutorial(test.cfg, secretKey, users)
		if err != nil {
			t.Fatal(err)
		}
		before, err := s.Issue(nil, users.alice())
		if err != nil {
			t.Fatal(err)
		}
		at.at = at.at.Add(time.Second)
		fixture{store: users}.endLogins(at.at)
		after, err := s.Issue(nil, users.alice())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Authenticate(bearerRequest("Bearer " + before.Access)); reasonOf(t, err) != test.want {
			t.Errorf("%s: from before: got %v, want %v", test.name, err, test.want)
		}
		if _, err := s.Authenticate(bearerRequest("Bearer " + after.Access)); err != nil {
			t.Errorf("%s: from after: %v", test.name, err)
		}
	}
}

func TestTheSparedLoginGoesOn(t *testing.T) {
	f := safe(t, nil)
	mine, another := f.issue(t), f.issue(t) // in the same second
	refreshed, err := f.Refresh(t.Context(), mine.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	id, err := f.Authenticate(bearerRequest("Bearer " + mine.Access))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.at = f.clock.at.Add(time.Millisecond)
	f.endLogins(f.clock.at)
	f.store.users[0].SparedLogin = loginOf(id.Key)
	wantProof(t, f, "mine", mine.Access, 0)
	wantProof(t, f, "mine, refreshed before", refreshed.Access, 0)
	wantProof(t, f, "another", another.Access, schemes.Revoked)
	if _, err := f.Refresh(t.Context(), another.Refresh); reasonOf(t, err) != schemes.Revoked {
		t.Errorf("refresh of another: got %v, want Revoked", err)
	}
	for range 2 {
		if refreshed, err = f.Refresh(t.Context(), refreshed.Refresh); err != nil {
			t.Fatal(err)
		}
		wantProof(t, f, "mine, refreshed afterwards", refreshed.Access, 0)
	}
}

func TestATokenWhoseIDNamesNoLoginIsNotSpared(t *testing.T) {
	f := safe(t, nil)
	raw := f.forge(t, `{"token_type":"access","exp":1767323100,"jti":"a","user_id":1}`)
	f.endLogins(f.clock.at)
	wantProof(t, f, "nothing spared", raw, schemes.Revoked)
	f.store.users[0].SparedLogin = loginOf(newID(""))
	wantProof(t, f, "another spared", raw, schemes.Revoked)
}

func TestTokensOfALoginHaveIDsThatBeginAlike(t *testing.T) {
	for _, change := range []func(*Config){
		nil,
		func(c *Config) {
			c.RotateRefreshTokens, c.BlacklistAfterRotation, c.ReuseEndsFamily, c.FamilyLifetime = false, false, false, 0
		},
		func(c *Config) { c.ReuseEndsFamily, c.FamilyLifetime = false, 0 },
	} {
		f := safe(t, change)
		logins := map[string]bool{}
		for range 3 {
			g := f.issue(t)
			ids := map[string]bool{}
			login := ""
			for range 3 {
				for _, raw := range []string{g.Access, g.Refresh} {
					if raw == "" {
						continue
					}
					id := idOf(t, f, raw)
					login = cmp.Or(login, loginOf(id))
					if ids[id] || loginOf(id) != login || login == "" {
						t.Errorf("id %s is there twice, or not of login %q", id, login)
					}
					ids[id] = true
				}
				next, err := f.Refresh(t.Context(), g.Refresh)
				if err != nil {
					t.Fatal(err)
				}
				if next.Refresh == "" {
					next.Refresh = g.Refresh
					delete(ids, idOf(t, f, g.Refresh))
				}
				g = next
			}
			if logins[login] {
				t.Errorf("two logins are called %s", login)
			}
			logins[login] = true
		}
	}
}

// idOf returns the id of a token.
func idOf(t *testing.T, f fixture, raw string) string {
	t.Helper()
	parsed, err := f.decode(raw, f.clock.at)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.id
}
