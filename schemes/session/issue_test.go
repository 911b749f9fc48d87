package session_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/session"
)

func TestLoginsMakeASessionNobodyKnewBefore(t *testing.T) {
	key := regexp.MustCompile(`^[a-z0-9]{32}$`)
	tests := []struct {
		name          string
		before        func(s *site) map[string]any // nil: no session
		sameKey, cart bool                         // what is kept
	}{
		{"without a session", nil, false, false},
		{"in an anonymous one", func(*site) map[string]any { return map[string]any{} }, false, true},
		{"in the user's own", func(s *site) map[string]any { return s.entries("today") }, true, true},
		{"in the user's own, of a former secret key", func(s *site) map[string]any { return s.entries("before") }, false, false},
		{"in another user's", func(s *site) map[string]any {
			entries := s.entries("today")
			entries["_auth_user_id"] = string(s.other.ID)
			return entries
		}, false, false},
		{"in the user's own, of a former password", func(s *site) map[string]any {
			entries := s.entries("today")
			entries["_auth_user_hash"] = strings.Repeat("0", 64)
			return entries
		}, false, false},
	}
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSite(t, store, nil)
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				cookies := ""
				if test.before != nil {
					entries := test.before(s)
					entries["cart"] = "full"
					s.write(t, fixedKey, entries)
					cookies = "sessionid=" + fixedKey
				}
				grant, err := s.Issue(get(t, cookies), s.alice)
				must(t, err)
				if got := describe(grant.Cookies); got != "set sessionid, set csrftoken" || grant.Access != "" {
					t.Fatalf("got %q, %q", got, grant.Access)
				}
				now := grant.Cookies[0].Value
				if !key.MatchString(now) || (now == fixedKey) != test.sameKey {
					t.Errorf("the key is now %s", now)
				}
				if old := s.read(t, fixedKey); (old != nil) != test.sameKey {
					t.Errorf("the old session holds %s", old)
				}
				if _, kept := s.read(t, now)["cart"]; kept != test.cart {
					t.Errorf("what it held is kept: %v, want %v", kept, test.cart)
				}
				if id, _ := s.visit(t, "sessionid="+now); id.Anonymous() || id.User.ID != s.alice.ID {
					t.Errorf("the new session is that of %+v", id.User)
				}
			})
		}
	})
}

func TestLoginsChangeKeyAndSecretEveryTime(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	first, err := s.Issue(get(t, ""), s.alice)
	must(t, err)
	second, err := s.Issue(get(t, ""), s.alice)
	must(t, err)
	for i := range first.Cookies {
		if first.Cookies[i].Value == second.Cookies[i].Value {
			t.Errorf("%s twice: %s", first.Cookies[i].Name, first.Cookies[i].Value)
		}
	}
}

func TestLoginsThatAreRolledBackLeaveNoSession(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSite(t, store, nil)
		s.write(t, fixedKey, map[string]any{"cart": "full"})
		failed := errors.New("failed")
		var key string
		err := store.Atomic(t.Context(), func(ctx context.Context) error {
			grant, err := s.Issue(get(t, "sessionid="+fixedKey).WithContext(ctx), s.alice)
			must(t, err)
			key = grant.Cookies[0].Value
			return failed
		})
		if !errors.Is(err, failed) || s.read(t, key) != nil || s.read(t, fixedKey) == nil {
			t.Errorf("got %v; the new session is %s", err, s.read(t, key))
		}
	})
}

// ending is a store where a session ends between its being read and being written.
type ending struct {
	*gormstore.Store
	onWrite func()
}

func (e ending) ReplaceSession(ctx context.Context, key string, s models.Session) error {
	e.onWrite()
	return e.Store.ReplaceSession(ctx, key, s)
}

func TestSessionsThatEndMeanwhileAreNotBroughtBack(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	s.write(t, fixedKey, s.entries("today"))
	racing := s.over(ending{s.store, func() { must(t, s.store.DeleteSession(t.Context(), fixedKey)) }})
	grant, err := racing.Issue(get(t, "sessionid="+fixedKey), s.alice)
	must(t, err)
	if now := grant.Cookies[0].Value; now == fixedKey || s.read(t, fixedKey) != nil || s.read(t, now) == nil {
		t.Errorf("the session goes on under %s", now)
	}
}

func TestLogoutsEndTheSession(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	tests := []struct {
		name, cookies string
		id            schemes.Identity
		gone          bool
		want          string
	}{
		{"by its identity", "sessionid=" + fixedKey, schemes.Identity{Scheme: session.Name, Key: fixedKey}, true, "forget sessionid"},
		{"by the cookie beside another credential", "sessionid=" + fixedKey, schemes.Identity{Scheme: "token", Key: "x"}, true, "forget sessionid"},
		{"of nobody", "", schemes.Identity{}, false, ""},
		{"of an unknown one", "sessionid=unknownunknown", schemes.Identity{}, false, "forget sessionid"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.write(t, fixedKey, s.entries("today"))
			for range 2 { // the second time is no error
				grant, err := s.Revoke(get(t, test.cookies), test.id)
				must(t, err)
				if got := describe(grant.Cookies); got != test.want {
					t.Errorf("cookies: got %q, want %q", got, test.want)
				}
			}
			if gone := s.read(t, fixedKey) == nil; gone != test.gone {
				t.Errorf("the session is gone: %v, want %v", gone, test.gone)
			}
		})
	}
}

func TestTheSessionThatChangesThePasswordGoesOn(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSite(t, store, nil)
		entries := s.entries("today")
		entries["cart"] = "full"
		s.write(t, fixedKey, entries)
		s.write(t, "another"+fixedKey[7:], entries)
		id, _ := s.visit(t, "sessionid="+fixedKey)
		if ok, err := store.SwapPassword(t.Context(), id.User.ID, id.User.Password, "new"); !ok || err != nil {
			t.Fatal(ok, err)
		}
		id.User.Password = "new"
		grant, err := s.Renew(get(t, "sessionid="+fixedKey), id)
		must(t, err)
		if got := describe(grant.Cookies); got != "set sessionid" {
			t.Fatalf("cookies: %q", got)
		}
		now := grant.Cookies[0].Value
		if id, _ := s.visit(t, "sessionid="+now); id.Anonymous() || now == fixedKey || s.read(t, now)["cart"] == nil {
			t.Errorf("the session is that of %+v", id.User)
		}
		for _, key := range []string{fixedKey, "another" + fixedKey[7:]} {
			if id, _ := s.visit(t, "sessionid="+key); !id.Anonymous() {
				t.Errorf("%s goes on", key)
			}
		}
		if grant, err := s.Renew(get(t, "sessionid="+now), id); err != nil || len(grant.Cookies) > 0 {
			t.Errorf("one that is gone: got %q, %v", describe(grant.Cookies), err)
		}
	})
}

func TestTheSessionBesideAnotherCredentialThatChangesThePasswordGoesOn(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	tests := []struct {
		name, cookies string
		by            *models.User
		want          string
	}{
		{"of the same user", "sessionid=" + fixedKey, s.alice, "set sessionid"},
		{"of another user", "sessionid=" + fixedKey, s.other, ""},
		{"that nobody knows", "sessionid=unknownunknown", s.alice, ""},
		{"that is not there", "", s.alice, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.write(t, fixedKey, s.entries("today"))
			grant, err := s.Renew(get(t, test.cookies), schemes.Identity{Scheme: "token", Key: "x", User: test.by})
			must(t, err)
			if got := describe(grant.Cookies); got != test.want {
				t.Fatalf("cookies: got %q, want %q", got, test.want)
			}
			if test.want == "" {
				return
			}
			if id, _ := s.visit(t, "sessionid="+grant.Cookies[0].Value); id.Anonymous() || s.read(t, fixedKey) != nil {
				t.Errorf("the new session is that of %+v", id.User)
			}
		})
	}
}
