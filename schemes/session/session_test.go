package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/auth/csrf"
	"watchword/auth/signing"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/session"
)

const (
	model     = "django.contrib.auth.backends.ModelBackend"
	salt      = "django.contrib.sessions.SessionStore"
	fixedKey  = "ssssssssssssssssssssssssssssss01"
	csrfToken = "Abcdefghij0123456789KLMNOPQRSTUV"
	day       = 24 * time.Hour
)

// start is when the clock of the tests stands still.
var start = time.Date(2026, time.May, 6, 7, 8, 9, 0, time.UTC)

// site is a scheme over a real store, with users.
type site struct {
	*session.Scheme
	store        *gormstore.Store
	cfg          session.Config
	keys         signing.Config
	alice, other *models.User
}

// newSite returns a site; change may change the Config.
func newSite(t testing.TB, store *gormstore.Store, change func(*session.Config)) *site {
	t.Helper()
	s := &site{store: store, cfg: session.ExactConfig(), keys: signing.Config{SecretKey: "today", SecretKeyFallbacks: []string{"before"}}}
	s.cfg.Backends, s.cfg.Now = []string{model}, func() time.Time { return start }
	if change != nil {
		change(&s.cfg)
	}
	s.Scheme = s.over(store)
	for name, u := range map[string]**models.User{"alice": &s.alice, "other": &s.other} {
		*u = &models.User{Username: name, Password: "hash of " + name, IsActive: true, DateJoined: start}
		if err := store.CreateUser(t.Context(), *u); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// over is the same scheme over another store.
func (s *site) over(store session.Store) *session.Scheme {
	return session.New(session.NewKeeper(s.cfg, store, s.keys), s.store, csrf.New(csrf.ExactConfig()))
}

// must fails the test now if err is not nil.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// entries are those of a session that alice has logged in to.
func (s *site) entries(secretKey string) map[string]any {
	hash := signing.NewSessionHasher(signing.Config{SecretKey: secretKey}).Hash(s.alice.Password)
	return map[string]any{"_auth_user_id": string(s.alice.ID), "_auth_user_backend": model, "_auth_user_hash": hash}
}

// hashOf is the _auth_user_hash of u's sessions.
func (s *site) hashOf(u *models.User) string {
	return signing.NewSessionHasher(s.keys).Hash(u.Password)
}

// write stores a session as Django would.
func (s *site) write(t testing.TB, key string, entries any) {
	t.Helper()
	text, err := signing.NewSigner(s.keys, salt).DumpsCompressed(entries)
	must(t, err)
	s.writeText(t, key, text)
}

func (s *site) writeText(t testing.TB, key, text string) {
	t.Helper()
	must(t, s.store.DeleteSession(t.Context(), key))
	must(t, s.store.CreateSession(t.Context(), models.Session{Key: key, Data: text, ExpireDate: start.Add(day)}))
}

// read returns the entries of a stored session, nil if there is none.
func (s *site) read(t testing.TB, key string) map[string]json.RawMessage {
	t.Helper()
	row, err := s.store.Session(t.Context(), key, start)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	must(t, err)
	var entries map[string]json.RawMessage
	must(t, signing.NewSigner(s.keys, salt).Loads(row.Data, &entries))
	return entries
}

// get is a GET with that Cookie header.
func get(t testing.TB, cookies string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://site.example/", nil)
	if cookies != "" {
		r.Header.Set("Cookie", cookies)
	}
	return r
}

// begin is r as it reaches s after the site has begun it.
func begin(s interface {
	Begin(ctx context.Context) context.Context
}, r *http.Request) *http.Request {
	return r.WithContext(s.Begin(r.Context()))
}

// visit authenticates a GET and describes the outcome: who it is, and which cookies go back.
func (s *site) visit(t testing.TB, cookies string) (schemes.Identity, string) {
	t.Helper()
	id, err := s.Authenticate(get(t, cookies))
	must(t, err)
	return id, describe(id.Cookies)
}

// describe names cookies and says what becomes of them.
func describe(cookies []*http.Cookie) string {
	var said []string
	for _, c := range cookies {
		if c.MaxAge < 0 {
			said = append(said, "forget "+c.Name)
		} else {
			said = append(said, "set "+c.Name)
		}
	}
	return strings.Join(said, ", ")
}

func TestRowsSayWhoseTheSessionIs(t *testing.T) {
	with := func(key string, value any) func(map[string]any) { return func(e map[string]any) { e[key] = value } }
	without := func(key string) func(map[string]any) { return func(e map[string]any) { delete(e, key) } }
	tests := []struct {
		name    string
		change  func(map[string]any)
		user    bool
		cookies string
	}{
		{"a login", func(map[string]any) {}, true, ""},
		{"a login with entries of others", with("cart", []int{1, 2}), true, ""},
		{"nobody's", without("_auth_user_id"), false, ""},
		{"no backend", without("_auth_user_backend"), false, ""},
		{"a backend that is not allowed", with("_auth_user_backend", "other.Backend"), false, ""},
		{"a user who is gone", with("_auth_user_id", "987654"), false, ""},
		{"an id with a fraction", with("_auth_user_id", 1.5), false, ""},
		{"an id that is no number", with("_auth_user_id", "1.0"), false, ""},
		{"an id that is no number at all", with("_auth_user_id", "' OR '1'='1"), false, ""},
		{"an id that is a list", with("_auth_user_id", []int{1}), false, ""},
		{"no hash", without("_auth_user_hash"), false, "forget sessionid"},
		{"the hash of another password", with("_auth_user_hash", strings.Repeat("0", 64)), false, "forget sessionid"},
		{"a hash that is no text", with("_auth_user_hash", 7), false, "forget sessionid"},
	}
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSite(t, store, nil)
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				entries := s.entries("today")
				test.change(entries)
				s.write(t, fixedKey, entries)
				id, cookies := s.visit(t, "sessionid="+fixedKey)
				if id.Anonymous() == test.user || cookies != test.cookies {
					t.Errorf("got %+v, cookies %q, want %v, %q", id.User, cookies, test.user, test.cookies)
				}
				if test.user && (id.User.ID != s.alice.ID || id.Key != fixedKey || id.Scheme != "session") {
					t.Errorf("got %+v", id)
				}
				if gone := s.read(t, fixedKey) == nil; gone != (test.cookies != "") {
					t.Errorf("the row is gone: %v", gone)
				}
			})
		}
	})
}

func TestUserIDsThatAreNumbersCountWhereTheConfigSaysSo(t *testing.T) {
	for _, numeric := range []bool{false, true} {
		s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.NumericUserIDs = numeric })
		entries := s.entries("today")
		entries["_auth_user_id"] = json.RawMessage(s.alice.ID)
		s.write(t, fixedKey, entries)
		if id, _ := s.visit(t, "sessionid="+fixedKey); id.Anonymous() == numeric {
			t.Errorf("%v: got %+v", numeric, id.User)
		}
	}
}

func TestRowsThatCannotBeReadAreNobodys(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	signer := signing.NewSigner(s.keys, salt)
	good, err := signer.DumpsCompressed(s.entries("today"))
	must(t, err)
	foreign, err := signing.NewSigner(s.keys, "account").Dumps(s.entries("today"))
	must(t, err)
	bomb, err := signer.DumpsCompressed(map[string]string{"a": strings.Repeat("a", 1<<20)})
	must(t, err)
	for name, text := range map[string]string{
		"nothing": "", "garbage": "garbage", "a pickle": "gASVEAAAAAAAAAB9lIwBYZRLAXMu", "a flipped signature": good[:len(good)-2] + "AA",
		"changed data": "eyJhIjoxfQ" + good[strings.Index(good, ":"):], "another purpose": foreign, "a bomb": bomb,
		"the format before Django 3.1": "MjRhYjpleUpmWVhWMGFGOTFjMlZ5WDJsa0lqb2lNU0o5", "a list": signer.Sign("WzFd"), "null": signer.Sign("bnVsbA"),
	} {
		s.writeText(t, fixedKey, text)
		if id, cookies := s.visit(t, "sessionid="+fixedKey); !id.Anonymous() || cookies != "" {
			t.Errorf("%s: got %+v, %q", name, id.User, cookies)
		}
		grant, err := s.Issue(get(t, "sessionid="+fixedKey), s.alice)
		must(t, err)
		if id, _ := s.visit(t, "sessionid="+grant.Cookies[0].Value); id.Anonymous() {
			t.Errorf("%s: nobody can log in any more", name)
		}
	}
}

func TestCookiesThatNameNoSessionAreTakenBack(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	s.write(t, fixedKey, s.entries("today"))
	for header, want := range map[string]string{
		"": "", "csrftoken=" + csrfToken: "",
		"sessionid=": "forget sessionid", "sessionid=short": "forget sessionid", "sessionid=' OR '1'='1": "forget sessionid",
		"sessionid=attackerchosen0123456789abcdefgh": "forget sessionid", "sessionid=" + fixedKey + "a": "forget sessionid",
		"sessionid=" + fixedKey[1:]: "forget sessionid", "sessionid=" + strings.Repeat("a", 1<<16): "forget sessionid",
		"sessionid=" + fixedKey + "; sessionid=" + fixedKey: "", "sessionid=x; sessionid=" + fixedKey: "",
		`sessionid="` + fixedKey + `"`: "forget sessionid", "SESSIONID=" + fixedKey: "", "=sessionid=" + fixedKey: "",
	} {
		if id, cookies := s.visit(t, header); !id.Anonymous() || cookies != want {
			t.Errorf("%.60q: got %+v, %q, want nobody, %q", header, id.User, cookies, want)
		}
	}
}

func TestDisabledUsersAndEndedSessionsAreNobodys(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	off := &models.User{Username: "off", Password: "x", DateJoined: start}
	must(t, s.store.CreateUser(t.Context(), off))
	entries := s.entries("today")
	entries["_auth_user_id"] = string(off.ID)
	s.write(t, fixedKey, entries)
	if id, cookies := s.visit(t, "sessionid="+fixedKey); !id.Anonymous() || cookies != "" {
		t.Errorf("a disabled user: got %+v, %q", id.User, cookies)
	}
	s.write(t, fixedKey, s.entries("today"))
	must(t, s.store.ExtendSession(t.Context(), fixedKey, start))
	if id, cookies := s.visit(t, "sessionid="+fixedKey); !id.Anonymous() || cookies != "forget sessionid" {
		t.Errorf("an ended session: got %+v, %q", id.User, cookies)
	}
}

func TestUnsafeRequestsNeedProofThatTheUserMeantThem(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	s.write(t, fixedKey, s.entries("today"))
	ours := "sessionid=" + fixedKey + "; csrftoken="
	tests := []struct{ name, method, cookies, token, refusal, sent string }{
		{"read", "GET", ours + csrfToken, "", "", ""},
		{"without token", "POST", ours + csrfToken, "", "CSRF token missing.", ""},
		{"with token", "POST", ours + csrfToken, csrfToken, "", ""},
		{"any other method", "PROPFIND", ours + csrfToken, "", "CSRF token missing.", ""},
		{"no secret", "DELETE", "sessionid=" + fixedKey, csrfToken, "CSRF cookie not set.", ""},
		{"malformed secret", "POST", ours + "abc", csrfToken, "CSRF cookie has incorrect length.", "set csrftoken"},
		{"malformed secret, reading", "GET", ours + "abc", "", "", "set csrftoken"},
		{"nobody", "POST", "csrftoken=" + csrfToken, "", "", ""},
		{"nobody any more", "POST", "sessionid=unknownunknown", "", "", "forget sessionid"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := begin(s, get(t, test.cookies))
			r.Method = test.method
			if test.token != "" {
				r.Header.Set("X-CSRFToken", test.token)
			}
			id, err := s.Authenticate(r)
			more, finishErr := s.Finish(r)
			must(t, finishErr)
			if got := describe(append(id.Cookies, more...)); got != test.sent {
				t.Errorf("cookies: got %q, want %q", got, test.sent)
			}
			if test.refusal == "" {
				must(t, err)
				return
			}
			var failure *schemes.Failure
			if !errors.As(err, &failure) || failure.Reason != schemes.CSRF || failure.Err.Error() != test.refusal || !id.Anonymous() {
				t.Errorf("got %v, %+v, want %s", err, id.User, test.refusal)
			}
		})
	}
}

func TestFormerSecretKeysAreAcceptedOnceAndReplaced(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSite(t, store, nil)
		entries := s.entries("before")
		entries["cart"] = "é\u2028<&>"
		s.write(t, fixedKey, entries)
		id, cookies := s.visit(t, "sessionid="+fixedKey)
		if id.Anonymous() || cookies != "set sessionid" || id.Key == fixedKey || id.Cookies[0].Value != id.Key {
			t.Fatalf("got %+v, %q", id, cookies)
		}
		after := s.read(t, id.Key)
		if s.read(t, fixedKey) != nil || string(after["cart"]) == "" || string(after["_auth_user_hash"]) == entries["_auth_user_hash"] {
			t.Errorf("the session is now %s", after)
		}
		if id, cookies := s.visit(t, "sessionid="+id.Key); id.Anonymous() || cookies != "" {
			t.Errorf("the second time: %+v, %q", id.User, cookies)
		}
	})
}

func TestOfManyRequestsOneReplacesTheFormerKey(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSite(t, store, nil)
		s.write(t, fixedKey, s.entries("before"))
		moved := make(chan string, 16)
		var wg sync.WaitGroup
		for range cap(moved) {
			wg.Go(func() {
				id, err := s.Authenticate(get(t, "sessionid="+fixedKey))
				if err != nil {
					t.Error(err)
				}
				if describe(id.Cookies) == "set sessionid" {
					moved <- id.Key
				}
			})
		}
		wg.Wait()
		close(moved)
		if len(moved) != 1 {
			t.Fatalf("%d requests got a new key, want 1", len(moved))
		}
		if id, _ := s.visit(t, "sessionid="+<-moved); id.Anonymous() {
			t.Error("the new key is nobody's")
		}
	})
}

func TestSessionsSlideWhereTheSettingsSaySo(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.SaveEveryRequest = true })
	entries := s.entries("today")
	for _, change := range []func(){func() {}, func() { delete(entries, "_auth_user_id") }} {
		change()
		s.write(t, fixedKey, entries)
		before, err := s.store.Session(t.Context(), fixedKey, start)
		must(t, err)
		if _, cookies := s.visit(t, "sessionid="+fixedKey); cookies != "set sessionid" {
			t.Errorf("cookies: %q", cookies)
		}
		after, err := s.store.Session(t.Context(), fixedKey, start)
		must(t, err)
		if !after.ExpireDate.Equal(start.Add(14*day)) || after.Data != before.Data {
			t.Errorf("the session is now %+v", after)
		}
	}
}

func TestSessionsLastAsTheyOrTheSettingsSay(t *testing.T) {
	tests := []struct {
		name    string
		expiry  any
		atClose bool
		until   time.Duration
		maxAge  int
	}{
		{"settings", nil, false, 14 * day, 1209600},
		{"settings, until the browser closes", nil, true, 14 * day, 0},
		{"seconds", 3600, true, time.Hour, 3600},
		{"until the browser closes", 0, false, 14 * day, 0},
		{"date", "2026-05-07T07:08:09.000000+00:00", true, day, 86400},
		{"date without zone", "2026-05-07T07:08:09", false, day, 86400},
		{"nonsense", []int{1}, false, 14 * day, 1209600},
		{"the past", -5, false, -time.Second, -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.ExpireAtBrowserClose = test.atClose })
			s.write(t, fixedKey, map[string]any{"_session_expiry": test.expiry})
			grant, err := s.Issue(get(t, "sessionid="+fixedKey), s.alice)
			must(t, err)
			if got := grant.Cookies[0].MaxAge; got != test.maxAge {
				t.Errorf("Max-Age: got %d, want %d", got, test.maxAge)
			}
			if test.until > 0 {
				row, err := s.store.Session(t.Context(), grant.Cookies[0].Value, start)
				must(t, err)
				if got := row.ExpireDate.Sub(start); got != test.until {
					t.Errorf("lasts %v, want %v", got, test.until)
				}
			}
		})
	}
}
