package session_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"watchword/auth/csrf"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes/session"
)

// oldRows is a store that remembers how a user and a session were, for whoever allows old rows.
type oldRows struct {
	*gormstore.Store
	user    models.User
	session *models.Session // nil: it is not in memory
}

func (o *oldRows) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	if models.MayBeOld(ctx) {
		u := o.user
		return &u, nil
	}
	return o.Store.UserBy(ctx, field, value)
}

func (o *oldRows) Session(ctx context.Context, key string, now time.Time) (*models.Session, error) {
	if models.MayBeOld(ctx) && o.session != nil {
		s := *o.session
		return &s, nil
	}
	return o.Store.Session(ctx, key, now)
}

func (o *oldRows) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session,
	*models.User, error) {
	s, err := o.Session(ctx, key, now)
	if err != nil {
		return nil, nil, err
	}
	u, err := o.UserBy(ctx, models.UserFieldID, string(user))
	return s, u, err
}

// withOldRows returns the site's scheme and its Keeper over old rows, which are those of now until a test changes them.
func (s *site) withOldRows() (*oldRows, *session.Scheme, *session.Keeper) {
	old := &oldRows{Store: s.store, user: *s.alice}
	keeper := session.NewKeeper(s.cfg, old, s.keys)
	return old, session.New(keeper, old, csrf.New(csrf.ExactConfig())), keeper
}

// oldGet is a GET that may be judged by old rows.
func oldGet(t *testing.T, scheme *session.Scheme) *http.Request {
	t.Helper()
	r := get(t, "sessionid="+fixedKey)
	return begin(scheme, r.WithContext(models.AllowOld(r.Context())))
}

// TestOldRowsRefuseNobody has sessions that are good in the database, and of which an old row says otherwise. A session must
// not end by the password that its user had before it was opened.
func TestOldRowsRefuseNobody(t *testing.T) {
	ended := start.Add(time.Hour)
	for name, change := range map[string]func(u *models.User){
		"former password":     func(u *models.User) { u.Password = "former" },
		"disabled":            func(u *models.User) { u.IsActive = false },
		"logins to end later": func(u *models.User) { u.LoginsEnded = &ended },
	} {
		s := newSite(t, gormtest.SQLite(t), func(c *session.Config) { c.CheckLoginsEnded = true })
		s.write(t, fixedKey, s.entries("today"))
		old, scheme, _ := s.withOldRows()
		change(&old.user)
		for range 2 { // the second time it is known whose the session is
			id, err := scheme.Authenticate(oldGet(t, scheme))
			if err != nil || id.Anonymous() || id.User.Password != s.alice.Password || len(id.Cookies) > 0 {
				t.Errorf("%s: %+v, %v", name, id, err)
			}
		}
		if s.read(t, fixedKey) == nil {
			t.Errorf("%s: the session has ended", name)
		}
	}
}

func TestASessionEndsByWhatTheDatabaseSays(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	s.write(t, fixedKey, s.entries("today"))
	old, scheme, _ := s.withOldRows()
	old.user.Password = "former"
	if _, err := s.store.SwapPassword(t.Context(), s.alice.ID, s.alice.Password, "new"); err != nil {
		t.Fatal(err)
	}
	id, err := scheme.Authenticate(oldGet(t, scheme))
	if err != nil || !id.Anonymous() || describe(id.Cookies) != "forget sessionid" || s.read(t, fixedKey) != nil {
		t.Errorf("%+v, %v; the session is there: %v", id, err, s.read(t, fixedKey) != nil)
	}
}

func TestWhatIsWrittenGoesOnFromTheDatabase(t *testing.T) {
	s := newSite(t, gormtest.SQLite(t), nil)
	s.write(t, fixedKey, s.entries("today"))
	old, scheme, keeper := s.withOldRows()
	row, err := s.store.Session(t.Context(), fixedKey, start)
	must(t, err)
	old.session = row
	entries := s.entries("today")
	entries["cart"] = "full" // which a Django has put there since
	s.write(t, fixedKey, entries)
	r := oldGet(t, scheme)
	if id, err := scheme.Authenticate(r); err != nil || id.Anonymous() {
		t.Fatalf("%+v, %v", id, err)
	}
	if _, err := keeper.KeepCSRFSecret(r, "secret"); err != nil {
		t.Fatal(err)
	}
	if got := s.read(t, fixedKey); string(got["cart"]) != `"full"` || string(got["_csrftoken"]) != `"secret"` {
		t.Errorf("the session holds %s", got)
	}
}
