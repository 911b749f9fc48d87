package gormstore_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/models/rowcache"
	"watchword/models/storetest"
)

// cached is a store whose hot rows come from memory.
type cached struct {
	*gormstore.Store
	cache *rowcache.Cache
}

func newCached(t *testing.T, store *gormstore.Store) cached {
	t.Helper()
	cfg := rowcache.DefaultConfig()
	cfg.Age = rowcache.Longest
	cache := rowcache.New(cfg, store)
	store.Observe(cache)
	cache.Listening(true)
	return cached{store, cache}
}

func (c cached) LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error) {
	return c.cache.LoginToken(models.AllowOld(ctx), digests)
}

func (c cached) Session(ctx context.Context, key string, now time.Time) (*models.Session, error) {
	return c.cache.Session(models.AllowOld(ctx), key, now)
}

func (c cached) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session,
	*models.User, error) {
	return c.cache.SessionAndUser(models.AllowOld(ctx), key, now, user)
}

func (c cached) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	return c.cache.UserBy(models.AllowOld(ctx), field, value)
}

func TestRowsInMemoryKeepTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return newCached(t, gormtest.SQLite(t)) })
}

// hot are the tables whose rows may be in memory, and change is a statement that changes some.
var change = regexp.MustCompile(`(?:UPDATE|DELETE FROM) (?:auth_user|django_session|rest_authtoken_authtoken|authtoken_token|` +
	`watchword_logins_ended|watchword_authtoken_refresh) (?:SET|WHERE)|INSERT INTO watchword_(?:logins_ended|authtoken_refresh)`)

// untold are the functions with such statements that tell nobody, and why.
var untold = map[string]string{
	"endOldest":                "its caller does",
	"ExtendSession":            "a session that has ended in memory is read again",
	"DeleteExpiredSessions":    "nobody uses a session that has ended, wherever it is",
	"DeleteExpiredLoginTokens": "nobody uses a token that has ended, wherever it is",
}

func TestWhoeverChangesARowTellsThoseWhoHaveItInMemory(t *testing.T) {
	found := 0
	for _, fn := range functions(t) {
		var changes, tells bool
		ast.Inspect(fn, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				changes = changes || change.MatchString(n.Value)
			case *ast.Ident:
				tells = tells || n.Name == "writeRow"
			}
			return true
		})
		if !changes {
			continue
		}
		found++
		if _, excepted := untold[fn.Name.Name]; tells == excepted {
			t.Errorf("%s changes rows that may be in memory; it tells: %v", fn.Name.Name, tells)
		}
	}
	if found < 15 {
		t.Errorf("only %d functions that change rows were found", found)
	}
}

// functions are all functions of the package.
func functions(t *testing.T) (list []*ast.FuncDecl) {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { //nolint:staticcheck // no build tags matter here
		return !strings.HasSuffix(f.Name(), "_test.go")
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range packages["gormstore"].Files {
		for _, declared := range file.Decls {
			if fn, ok := declared.(*ast.FuncDecl); ok {
				list = append(list, fn)
			}
		}
	}
	return list
}

// witness is an Observer that tells what it hears.
type witness struct {
	changed   chan []models.RowName
	listening chan bool
}

func newWitness() witness {
	return witness{make(chan []models.RowName, 100), make(chan bool, 100)}
}

func (w witness) RowsChanged(names ...models.RowName) { w.changed <- names }
func (w witness) Listening(on bool)                   { w.listening <- on }

// next waits for the next of what is heard.
func next[T any](t *testing.T, heard chan T) T {
	t.Helper()
	select {
	case v := <-heard:
		return v
	case <-time.After(time.Minute):
		t.Fatal("nothing is heard")
		panic("unreachable")
	}
}

func TestChangesAreToldWhenTheTransactionIsOver(t *testing.T) {
	store := gormtest.SQLite(t)
	w := newWitness()
	store.Observe(w)
	u := &models.User{Username: "ana", Password: "old", IsActive: true, DateJoined: time.Now()}
	must(t, store.CreateUser(t.Context(), u))
	wantRollback := errors.New("roll back")
	err := store.Atomic(t.Context(), func(ctx context.Context) error {
		_, err := store.SwapPassword(ctx, u.ID, "old", "new")
		must(t, err)
		must(t, store.SetLastLogin(ctx, u.ID, time.Now()))
		must(t, store.DeleteSession(ctx, "key"))
		if len(w.changed) > 0 {
			t.Error("a change is told before it is committed")
		}
		return wantRollback
	})
	if !errors.Is(err, wantRollback) {
		t.Errorf("Atomic: %v", err)
	}
	want := []models.RowName{models.UserRow(u.ID), models.SessionRow("key")}
	if got := next(t, w.changed); !slices.Equal(got, want) {
		t.Errorf("a transaction with three changes of two rows tells %d names, want these two", len(got))
	}
	must(t, store.SetActive(t.Context(), u.ID, false))
	if got := next(t, w.changed); !slices.Equal(got, want[:1]) {
		t.Errorf("disabling a user tells %v", got)
	}
}

// openAnnouncing opens a store that announces changes, and hears of those of others if w is not nil.
func openAnnouncing(t *testing.T, url string, w gormstore.Observer) *gormstore.Store {
	t.Helper()
	s := gormtest.Open(t, url, func(cfg *gormstore.Config) { cfg.AnnounceChanges = true })
	if w == nil {
		return s
	}
	s.Observe(w)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Listen(ctx, func(error) {}) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return s
}

func TestProcessesOnOnePostgresHearOfEachOthersChanges(t *testing.T) {
	url := storetest.PostgresURL(t)
	w := newWitness()
	must(t, gormtest.Open(t, url, nil).Migrate(t.Context()))
	listener, other := openAnnouncing(t, url, w), openAnnouncing(t, url, nil)
	if !next(t, w.listening) {
		t.Fatal("it begins with not listening")
	}
	u := &models.User{Username: "ana", Password: "old", IsActive: true, DateJoined: time.Now()}
	must(t, other.CreateUser(t.Context(), u))
	must(t, other.SetActive(t.Context(), u.ID, false))
	if got := next(t, w.changed); !slices.Equal(got, []models.RowName{models.UserRow(u.ID)}) {
		t.Errorf("heard %v, want the user", got)
	}
	_ = other.Atomic(t.Context(), func(ctx context.Context) error {
		must(t, other.DeleteSession(ctx, "rolled back"))
		return errors.New("roll back")
	})
	must(t, other.Atomic(t.Context(), func(ctx context.Context) error {
		for i := range 400 {
			must(t, other.DeleteSession(ctx, strings.Repeat("k", i)))
		}
		return nil
	}))
	if got := next(t, w.changed); !slices.Equal(got, []models.RowName{models.EveryRow()}) {
		t.Errorf("heard %d names, want that every row has changed", len(got))
	}
	must(t, gormstore.Run(t.Context(), listener, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN %'`))
	for _, want := range []bool{false, true} {
		if got := next(t, w.listening); got != want {
			t.Fatalf("after its connection was lost: listening %v, want %v", got, want)
		}
	}
	must(t, other.DeleteSession(t.Context(), "key"))
	if got := next(t, w.changed); !slices.Equal(got, []models.RowName{models.SessionRow("key")}) {
		t.Errorf("heard %v, want the session", got)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
