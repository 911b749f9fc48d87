package session_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"watchword/auth/csrf"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/session"
)

// inSessions is a site that keeps CSRF secrets in sessions.
func inSessions(t *testing.T, s *site) (*session.Scheme, *csrf.Protection) {
	t.Helper()
	keeper := session.NewKeeper(s.cfg, s.store, s.keys)
	protection := csrf.NewInSessions(csrf.ExactConfig(), keeper)
	return session.New(keeper, s.store, protection), protection
}

// noIdentity is nobody.
var noIdentity schemes.Identity

// counting counts the queries that reading takes.
type counting struct {
	*gormstore.Store
	queries int
}

func (c *counting) Session(ctx context.Context, key string, now time.Time) (*models.Session, error) {
	c.queries++
	return c.Store.Session(ctx, key, now)
}

func (c *counting) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (
	*models.Session, *models.User, error) {
	c.queries++
	return c.Store.SessionAndUser(ctx, key, now, user)
}

func (c *counting) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	c.queries++
	return c.Store.UserBy(ctx, field, value)
}

func TestRequestsThatNobodyLooksAtAreFinished(t *testing.T) {
	for _, test := range []struct {
		name, cookies string
		slides        bool
		want          string
	}{
		{"none", "", true, ""},
		{"empty", "sessionid=", false, "forget sessionid"},
		{"short", "sessionid=abc", false, "forget sessionid"},
		{"unknown, not looked up", "sessionid=unknownunknown", false, ""},
		{"unknown, looked up to slide", "sessionid=unknownunknown", true, "forget sessionid"},
		{"good", "sessionid=" + fixedKey, false, ""},
		{"good, slides", "sessionid=" + fixedKey, true, "set sessionid"},
		{"two", "sessionid=abc; sessionid=" + fixedKey, true, ""},
		{"malformed secret", "csrftoken=abc", false, "set csrftoken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.SaveEveryRequest = test.slides })
			s.write(t, fixedKey, s.entries("today"))
			got, err := s.Finish(begin(s, get(t, test.cookies)))
			must(t, err)
			if said := describe(got); said != test.want {
				t.Errorf("cookies: got %q, want %q", said, test.want)
			}
		})
	}
}

func TestSessionsThatMayHoldSecretsAreLookedUpInAnyCase(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	scheme, _ := inSessions(t, s)
	s.write(t, fixedKey, s.entries("today"))
	for cookies, want := range map[string]string{
		"": "", "sessionid=unknownunknown": "forget sessionid", "sessionid=" + fixedKey: "",
	} {
		got, err := scheme.Finish(begin(scheme, get(t, cookies)))
		must(t, err)
		if said := describe(got); said != want {
			t.Errorf("%q: got %q, want %q", cookies, said, want)
		}
	}
}

func TestWhatWasSettledIsNotFinishedAgain(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.SaveEveryRequest = true })
	for name, act := range map[string]func(r *http.Request) error{
		"recognised": func(r *http.Request) error { _, err := s.Authenticate(r); return err },
		"logged in":  func(r *http.Request) error { _, err := s.Issue(r, s.alice); return err },
		"logged out": func(r *http.Request) error { _, err := s.Revoke(r, noIdentity); return err },
	} {
		s.write(t, fixedKey, s.entries("today"))
		r := begin(s, get(t, "sessionid="+fixedKey))
		must(t, act(r))
		got, err := s.Finish(r)
		must(t, err)
		if len(got) > 0 {
			t.Errorf("%s: got %q", name, describe(got))
		}
	}
}

func TestSecretsInSessionsFollowThem(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.EmptyAge = time.Hour })
	scheme, protection := inSessions(t, s)
	token := func(r *http.Request) (text, cookies string, key string) {
		text, sent, err := protection.Token(r)
		must(t, err)
		if len(sent) > 0 {
			key = sent[0].Value
		}
		return text, describe(sent), key
	}

	text, cookies, visitor := token(begin(scheme, get(t, "sessionid=attackerchosen0123456789abcdefgh")))
	if cookies != "set sessionid" || strings.Contains(visitor, "attacker") {
		t.Fatalf("a visitor gets %q, %s", cookies, visitor)
	}
	row, err := s.store.Session(t.Context(), visitor, start)
	must(t, err)
	if lasts := row.ExpireDate.Sub(start); lasts != time.Hour {
		t.Errorf("the session of a visitor lasts %v", lasts)
	}
	if _, cookies, _ := token(begin(scheme, get(t, "sessionid="+visitor))); cookies != "" {
		t.Errorf("the second time: %q", cookies)
	}
	r := get(t, "sessionid="+visitor)
	r.Method = http.MethodPost
	r.Header.Set("X-CSRFToken", text)
	must(t, protection.Check(r))

	login := begin(scheme, get(t, "sessionid="+visitor))
	grant, err := scheme.Issue(login, s.alice)
	must(t, err)
	if got := describe(grant.Cookies); got != "set sessionid" || grant.Cookies[0].Value == visitor {
		t.Fatalf("a login gets %q", got)
	}
	key := grant.Cookies[0].Value
	after, cookies, _ := token(login)
	if cookies != "" {
		t.Errorf("a token in the request that logs in: %q", cookies)
	}
	r = get(t, "sessionid="+key)
	r.Method = http.MethodPost
	r.Header.Set("X-CSRFToken", text)
	if protection.Check(r) == nil {
		t.Error("the token from before the login is still good")
	}
	r.Header.Set("X-CSRFToken", after)
	must(t, protection.Check(r))

	logout := begin(scheme, r)
	id, err := scheme.Authenticate(logout)
	must(t, err)
	_, err = scheme.Revoke(logout, id)
	must(t, err)
	last, cookies, fresh := token(logout)
	if cookies != "set sessionid" || fresh == key || s.read(t, key) != nil {
		t.Fatalf("a logout gets %q, %s", cookies, fresh)
	}
	if entries := s.read(t, fresh); len(entries) != 1 || entries["_csrftoken"] == nil {
		t.Errorf("the session after a logout holds %s", entries)
	}
	r = get(t, "sessionid="+fresh)
	r.Method = http.MethodPost
	for _, good := range []string{after, last} { // as in Django, the secret outlives the logout
		r.Header.Set("X-CSRFToken", good)
		must(t, protection.Check(r))
	}
}

func TestSecretsKeepWhatElseASessionHolds(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.EmptyAge = time.Hour })
	_, protection := inSessions(t, s)
	s.write(t, fixedKey, map[string]any{"cart": "full"})
	_, cookies, err := protection.Token(get(t, "sessionid="+fixedKey))
	must(t, err)
	entries := s.read(t, fixedKey)
	if len(cookies) != 1 || cookies[0].MaxAge != 1209600 || string(entries["cart"]) != `"full"` || entries["_csrftoken"] == nil {
		t.Errorf("cookies %v, the session holds %s", cookies, entries)
	}
}

func TestUsersAreReadTogetherWithTheirSessions(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	s.write(t, fixedKey, s.entries("today"))
	counted := &counting{Store: s.store}
	scheme := session.New(session.NewKeeper(s.cfg, counted, s.keys), counted, csrf.New(csrf.ExactConfig()))
	ask := func() *models.User {
		id, err := scheme.Authenticate(get(t, "sessionid="+fixedKey))
		must(t, err)
		return id.User
	}
	if u := ask(); u == nil || counted.queries != 2 {
		t.Fatalf("the first request: %+v by %d queries", u, counted.queries)
	}
	if u := ask(); u == nil || u.ID != s.alice.ID || counted.queries != 3 {
		t.Errorf("the second request: %+v, and %d queries in all, want 3", u, counted.queries)
	}
	entries := s.entries("today")
	entries["_auth_user_id"] = string(s.other.ID)
	entries["_auth_user_hash"] = s.hashOf(s.other)
	s.write(t, fixedKey, entries)
	if u := ask(); u == nil || u.ID != s.other.ID {
		t.Errorf("a session that has become another's: %+v", u)
	}
	must(t, s.store.DeleteSession(t.Context(), fixedKey))
	if u := ask(); u != nil {
		t.Errorf("a session that has ended: %+v", u)
	}
}
