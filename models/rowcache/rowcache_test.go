package rowcache_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"watchword/models"
	"watchword/models/rowcache"
)

// database is rows that say how often they were read.
type database struct {
	users    map[models.UserID]string // passwords
	tokens   map[string]models.UserID
	sessions map[string]models.Session
	reads    int
	during   func() // happens while a row is read, after the database has found it
	inside   bool   // a transaction
}

// errAway is an error of the database.
var errAway = errors.New("away")

func newDatabase() *database {
	return &database{
		users:    map[models.UserID]string{"1": "old", "2": "other"},
		tokens:   map[string]models.UserID{"one": "1", "uno": "1", "two": "2"},
		sessions: map[string]models.Session{"s1": sessionOf("s1"), "s2": sessionOf("s2")},
	}
}

func sessionOf(key string) models.Session {
	return models.Session{Key: key, Data: "old", ExpireDate: start.Add(time.Hour)}
}

func (d *database) InTransaction(context.Context) bool { return d.inside }

// read counts a read that has found what it looks for, or not.
func (d *database) read(found bool) error {
	d.reads++
	if d.during != nil {
		d.during()
	}
	if !found {
		return models.ErrNotFound
	}
	return nil
}

func (d *database) user(id models.UserID) (*models.User, error) {
	password, found := d.users[id]
	return newUser(id, password), d.read(found)
}

func newUser(id models.UserID, password string) *models.User {
	return &models.User{ID: id, Password: password, Extra: map[string]any{"city": "Oslo"}}
}

func (d *database) UserBy(_ context.Context, field models.UserField, value string) (*models.User, error) {
	if field != models.UserFieldID {
		return nil, errAway
	}
	return d.user(models.UserID(value))
}

func (d *database) LoginToken(_ context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error) {
	for _, digest := range digests {
		if id, found := d.tokens[string(digest)]; found {
			u, err := d.user(id)
			return &models.LoginToken{Digest: digest, UserID: id}, u, err
		}
	}
	return nil, nil, d.read(false)
}

func (d *database) UserByPlainToken(_ context.Context, key string) (*models.User, error) {
	if id, found := d.tokens[key]; found {
		return d.user(id)
	}
	return nil, d.read(false)
}

func (d *database) Session(_ context.Context, key string, now time.Time) (*models.Session, error) {
	s, found := d.sessions[key]
	return &s, d.read(found && s.ExpireDate.After(now))
}

func (d *database) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session,
	*models.User, error) {
	s, found := d.sessions[key]
	password, hasUser := d.users[user]
	return &s, newUser(user, password), d.read(found && hasUser && s.ExpireDate.After(now))
}

var start = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

// world is a cache with its database and its clock.
type world struct {
	*database
	cache *rowcache.Cache
	now   time.Time
}

func newWorld() *world {
	w := &world{database: newDatabase(), now: start}
	cfg := rowcache.DefaultConfig()
	cfg.Age, cfg.Size, cfg.Now = time.Second, 8, func() time.Time { return w.now }
	w.cache = rowcache.New(cfg, w.database)
	w.cache.Listening(true)
	return w
}

// asks are the questions that are answered from memory, each with the names whose change drops the answer.
func (w *world) asks() map[string]struct {
	ask   func(ctx context.Context) error
	names []models.RowName
} {
	user := models.UserRow("1")
	type question = struct {
		ask   func(ctx context.Context) error
		names []models.RowName
	}
	return map[string]question{
		"user": {func(ctx context.Context) error {
			_, err := w.cache.UserBy(ctx, models.UserFieldID, "1")
			return err
		}, []models.RowName{user}},
		"opaque token": {func(ctx context.Context) error {
			_, _, err := w.cache.LoginToken(ctx, []models.Digest{models.Digest("none"), models.Digest("one")})
			return err
		}, []models.RowName{models.LoginTokenRow(models.Digest("one")), user}},
		"plain token": {func(ctx context.Context) error {
			_, err := w.cache.UserByPlainToken(ctx, "one")
			return err
		}, []models.RowName{models.AuthTokenRow("one"), user}},
		"session": {func(ctx context.Context) error {
			_, err := w.cache.Session(ctx, "s1", w.now)
			return err
		}, []models.RowName{models.SessionRow("s1")}},
		"session and user": {func(ctx context.Context) error {
			_, _, err := w.cache.SessionAndUser(ctx, "s1", w.now, "1")
			return err
		}, []models.RowName{models.SessionRow("s1"), user}},
	}
}

// each runs a test for every question.
func each(t *testing.T, test func(t *testing.T, w *world, ask func(ctx context.Context) error, names []models.RowName)) {
	for name := range newWorld().asks() {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			question := w.asks()[name]
			test(t, w, question.ask, question.names)
		})
	}
}

// wantReads fails the test unless ask has the database read so often.
func (w *world) wantReads(t *testing.T, when string, ask func(ctx context.Context) error, want int) {
	t.Helper()
	w.wantReadsIn(models.AllowOld(t.Context()), t, when, ask, want)
}

func (w *world) wantReadsIn(ctx context.Context, t *testing.T, when string, ask func(ctx context.Context) error, want int) {
	t.Helper()
	before := w.reads
	if err := ask(ctx); err != nil {
		t.Errorf("%s: %v", when, err)
	}
	if got := w.reads - before; got != want {
		t.Errorf("%s: %d reads of the database, want %d", when, got, want)
	}
}

func TestARowIsReadOnceASecond(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, _ []models.RowName) {
		w.during = func() { w.now = w.now.Add(300 * time.Millisecond) }
		w.wantReads(t, "first", ask, 1)
		w.now = start.Add(999 * time.Millisecond)
		w.wantReads(t, "just before a second since the read began", ask, 0)
		w.now = start.Add(time.Second)
		w.wantReads(t, "after a second", ask, 1)
	})
}

func TestAChangeOfTheRowOrItsUserCountsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, names []models.RowName) {
		for i, name := range append(names, models.EveryRow()) {
			w.wantReads(t, "first", ask, 1)
			w.cache.RowsChanged(name)
			w.wantReads(t, fmt.Sprintf("after change %d", i), ask, 1)
			w.cache.RowsChanged(models.EveryRow())
		}
	})
}

func TestOtherChangesDropNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, _ []models.RowName) {
		w.wantReads(t, "first", ask, 1)
		w.cache.RowsChanged(models.UserRow("2"), models.SessionRow("s2"), models.LoginTokenRow(models.Digest("uno")))
		w.wantReads(t, "after changes of others", ask, 0)
	})
}

func TestAReadThatBeganBeforeAChangeIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, names []models.RowName) {
		for _, name := range names {
			w.during = func() { w.cache.RowsChanged(name) }
			w.wantReads(t, "while it changes", ask, 1)
			w.during = nil
			w.wantReads(t, "afterwards", ask, 1)
			w.cache.RowsChanged(name)
		}
	})
}

func TestNothingIsKeptWhileNobodyTellsOfChanges(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, _ []models.RowName) {
		w.wantReads(t, "first", ask, 1)
		w.cache.Listening(false)
		w.wantReads(t, "not listening", ask, 1)
		w.wantReads(t, "still not listening", ask, 1)
		w.during = func() { w.cache.Listening(true) }
		w.wantReads(t, "while listening begins", ask, 1)
		w.during = nil
		w.wantReads(t, "listening again", ask, 1)
		w.wantReads(t, "the second time", ask, 0)
	})
}

func TestTransactionsAndChangingRequestsReadTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, _ []models.RowName) {
		w.inside = true
		w.wantReads(t, "in a transaction", ask, 1)
		w.inside = false
		w.wantReads(t, "first", ask, 1)
		for _, ctx := range []context.Context{t.Context(), models.Fresh(models.AllowOld(t.Context()))} {
			w.wantReadsIn(ctx, t, "a request that changes something", ask, 1)
		}
		w.inside = true
		w.wantReads(t, "in a transaction again", ask, 1)
	})
}

func TestWhatIsMissingIsAskedForAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world, ask func(context.Context) error, _ []models.RowName) {
		tokens, sessions, users := w.tokens, w.sessions, w.users
		w.tokens, w.sessions, w.users = nil, nil, nil
		for range 2 {
			if err := ask(models.AllowOld(t.Context())); !errors.Is(err, models.ErrNotFound) {
				t.Fatalf("got %v, want ErrNotFound", err)
			}
		}
		w.tokens, w.sessions, w.users = tokens, sessions, users
		w.wantReads(t, "as soon as it is there", ask, 1)
	})
}

func TestASessionThatSeemsToHaveEndedIsReadAgain(t *testing.T) {
	w := newWorld()
	soon := w.sessions["s1"]
	soon.ExpireDate = start.Add(100 * time.Millisecond)
	w.sessions["s1"] = soon
	asks := w.asks()
	for _, name := range []string{"session", "session and user"} {
		w.wantReads(t, name, asks[name].ask, 1)
		w.cache.RowsChanged(models.UserRow("1"))
	}
	w.now = start.Add(200 * time.Millisecond)
	w.sessions["s1"] = sessionOf("s1") // whose end another server has moved
	w.wantReads(t, "session", asks["session"].ask, 1)
}

func TestWhatIsReturnedBelongsToTheCaller(t *testing.T) {
	w := newWorld()
	for range 3 {
		u, err := w.cache.UserBy(models.AllowOld(t.Context()), models.UserFieldID, "1")
		if err != nil || u.Password != "old" || u.Extra["city"] != "Oslo" {
			t.Fatalf("UserBy = %+v, %v", u, err)
		}
		u.Password, u.Extra["city"] = "changed", "Rome"
		token, u, err := w.cache.LoginToken(models.AllowOld(t.Context()), []models.Digest{models.Digest("one")})
		if err != nil || token.UserID != "1" || u.Password != "old" || u.Extra["city"] != "Oslo" {
			t.Fatalf("LoginToken = %+v, %+v, %v", token, u, err)
		}
		token.UserID, u.Password, u.Extra["city"] = "2", "changed", "Rome"
		s, u, err := w.cache.SessionAndUser(models.AllowOld(t.Context()), "s1", w.now, "1")
		if err != nil || s.Data != "old" || u.Password != "old" {
			t.Fatalf("SessionAndUser = %+v, %+v, %v", s, u, err)
		}
		s.Data, u.Password, u.Extra["city"] = "changed", "changed", "Rome"
	}
	if w.reads != 3 { // the user of the session is in memory, the session is not
		t.Errorf("%d reads, want 3", w.reads)
	}
}

func TestUsersAreKeptByIDOnly(t *testing.T) {
	w := newWorld()
	for range 2 {
		if _, err := w.cache.UserBy(models.AllowOld(t.Context()), models.UserFieldUsername, "1"); !errors.Is(err, errAway) {
			t.Errorf("got %v, want what the database says", err)
		}
	}
}

func TestOnlySoManyRowsAreKept(t *testing.T) {
	w := newWorld()
	ask := func(i int) func(context.Context) error {
		id := fmt.Sprint(i)
		w.users[models.UserID(id)] = "x"
		return func(ctx context.Context) error {
			_, err := w.cache.UserBy(ctx, models.UserFieldID, id)
			return err
		}
	}
	for i := range 9 { // of 8
		w.wantReads(t, fmt.Sprint("row ", i), ask(i), 1)
	}
	w.wantReads(t, "the youngest", ask(8), 0)
	w.wantReads(t, "the oldest", ask(0), 1)
}

func TestHitsAndMissesAreCounted(t *testing.T) {
	w := newWorld()
	for range 3 {
		_, _ = w.cache.UserBy(models.AllowOld(t.Context()), models.UserFieldID, "1")
	}
	for _, got := range w.cache.Counts() {
		want := rowcache.Count{Kind: got.Kind}
		if got.Kind == "user" {
			want.Hits, want.Misses = 2, 1
		}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestRowsMayNotBeOldForLongerThanASecond(t *testing.T) {
	for age, want := range map[time.Duration]bool{0: true, time.Second: true, time.Millisecond: true,
		time.Second + 1: false, -1: false} {
		cfg := rowcache.DefaultConfig()
		cfg.Age = age
		if err := cfg.Validate(); (err == nil) != want {
			t.Errorf("%v: %v", age, err)
		}
	}
}
