package session_test

import (
	"net/http"
	"testing"
	"time"

	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes/session"
)

func TestSessionsEndWithAllLogins(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		now := start
		s := newSite(t, store, func(c *session.Config) {
			c.CheckLoginsEnded, c.Now = true, func() time.Time { return now }
		})
		login := func() string {
			t.Helper()
			u, err := store.UserBy(t.Context(), "id", string(s.alice.ID))
			must(t, err)
			grant, err := s.Issue(get(t, ""), u)
			must(t, err)
			return "sessionid=" + grant.Cookies[0].Value
		}
		want := func(name, cookie string, there bool) {
			t.Helper()
			if id, _ := s.visit(t, cookie); id.Anonymous() == there {
				t.Errorf("%s: the session is that of %+v", name, id.User)
			}
		}
		s.keys.Now = func() time.Time { return now }
		django := "sessionid=" + fixedKey
		s.write(t, fixedKey, s.entries("today"))
		want("a Django's", django, true)
		now = now.Add(time.Second)
		before := login()
		want("before", before, true)
		now = now.Add(time.Millisecond) // in the same second
		must(t, store.EndLogins(t.Context(), s.alice.ID, now))
		want("from before", before, false)
		want("from before, once more", before, false)
		want("a Django's from before", django, false)
		want("after", login(), true)
		now = now.Add(-time.Minute)
		want("of a server whose clock is behind", login(), true)
		now = now.Add(2 * time.Minute)
		s.write(t, fixedKey, s.entries("today"))
		want("a Django's from after", django, true)
	})
}

func TestALoginDoesNotGoOnInASessionThatWasEnded(t *testing.T) {
	now := start
	store := gormtest.SQLite(t)
	s := newSite(t, store, func(c *session.Config) { c.CheckLoginsEnded, c.Now = true, func() time.Time { return now } })
	grant, err := s.Issue(get(t, ""), s.alice)
	must(t, err)
	old := grant.Cookies[0]
	now = now.Add(time.Hour)
	must(t, store.EndLogins(t.Context(), s.alice.ID, now))
	u, err := store.UserBy(t.Context(), "id", string(s.alice.ID))
	must(t, err)
	r := get(t, "sessionid="+old.Value)
	r.Method = http.MethodPost
	if grant, err = s.Issue(r, u); err != nil || grant.Cookies[0].Value == old.Value {
		t.Errorf("the login goes on under the key from before, %v", err)
	}
	if s.read(t, old.Value) != nil {
		t.Error("the session from before is still there")
	}
}

func TestUnderExactEnabledUsersHaveTheirSessionsBack(t *testing.T) {
	store := gormtest.SQLite(t)
	s := newSite(t, store, nil)
	grant, err := s.Issue(get(t, ""), s.alice)
	must(t, err)
	must(t, store.EndLogins(t.Context(), s.alice.ID, start.Add(time.Hour)))
	if id, _ := s.visit(t, "sessionid="+grant.Cookies[0].Value); id.Anonymous() {
		t.Error("the session has ended")
	}
}
