package gormstore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// caller is somebody who calls Atomic. A nil ctx is the test's.
type caller struct {
	ctx  context.Context
	body func(ctx context.Context) error
}

// errPanicked stands for a panic of a body that reached its caller.
var errPanicked = errors.New("panicked")

// inOneGroup lets the first caller lead, and not be done before all others wait in their order. It returns what Atomic
// told each.
func inOneGroup(t *testing.T, s *Store, callers ...caller) []error {
	t.Helper()
	errs := make([]error, len(callers))
	var all sync.WaitGroup
	start := func(i int, body func(ctx context.Context) error) {
		ctx := callers[i].ctx
		if ctx == nil {
			ctx = t.Context()
		}
		all.Go(func() {
			defer func() {
				if recover() != nil {
					errs[i] = errPanicked
				}
			}()
			errs[i] = s.Atomic(ctx, body)
		})
	}
	begun, gathered := make(chan struct{}), make(chan struct{})
	start(0, func(ctx context.Context) error {
		close(begun)
		<-gathered
		return callers[0].body(ctx)
	})
	<-begun
	for i := 1; i < len(callers); i++ {
		start(i, callers[i].body)
		for s.queue.length() < i {
			runtime.Gosched()
		}
	}
	close(gathered)
	all.Wait()
	return errs
}

// openPatient opens a store whose waits end on no busy machine.
func openPatient(t *testing.T, path string) *Store {
	t.Helper()
	s := openTemporary(t, path)
	s.cfg.PoolTimeout, s.cfg.StatementTimeout = time.Minute, time.Minute
	return s
}

func (q *commitQueue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// creates makes a user.
func creates(s *Store, name string) caller {
	return caller{body: func(ctx context.Context) error { return s.CreateUser(ctx, &models.User{Username: name}) }}
}

// createsAnd makes a user and does more.
func createsAnd(s *Store, name string, more func(ctx context.Context) error) caller {
	return caller{body: func(ctx context.Context) error {
		return errors.Join(s.CreateUser(ctx, &models.User{Username: name}), more(ctx))
	}}
}

func wantUsers(t *testing.T, s *Store, want ...string) {
	t.Helper()
	var got []string
	if err := s.reader.Raw("SELECT username FROM auth_user ORDER BY username").Scan(&got).Error; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("users that are kept (-want +got):\n%s", diff)
	}
}

// wantErrors compares what callers were told, by errors.Is.
func wantErrors(t *testing.T, got []error, want ...error) {
	t.Helper()
	for i := range want {
		if !errors.Is(got[i], want[i]) || (want[i] == nil) != (got[i] == nil) {
			t.Errorf("caller %d was told %v, want %v", i, got[i], want[i])
		}
	}
}

func TestThoseWhoWaitShareACommit(t *testing.T) {
	for _, c := range []struct{ limit, want int }{{32, 1}, {5, 1}, {3, 2}, {2, 3}} {
		path := temporaryFile(t)
		s := openPatient(t, path)
		s.cfg.CommitGroup = c.limit
		before := commits(t, path)
		errs := inOneGroup(t, s, creates(s, "a"), creates(s, "b"), creates(s, "c"), creates(s, "d"), creates(s, "e"))
		wantErrors(t, errs, nil, nil, nil, nil, nil)
		wantUsers(t, s, "a", "b", "c", "d", "e")
		if got := commits(t, path) - before; got != c.want {
			t.Errorf("five transactions in groups of at most %d made %d commits, want %d", c.limit, got, c.want)
		}
	}
}

// commits counts the frames of the write-ahead log that end a transaction: those that name the size of the database.
//
// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
func commits(t *testing.T, path string) (n int) {
	t.Helper()
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const header, frameHeader = 32, 24
	page := int(binary.BigEndian.Uint32(log[8:]))
	for at := header; at+frameHeader+page <= len(log); at += frameHeader + page {
		if binary.BigEndian.Uint32(log[at+4:]) != 0 {
			n++
		}
	}
	return n
}

func TestOneOfAGroupFailsAlone(t *testing.T) {
	refused := errors.New("refused")
	fails := map[string]struct {
		end  func(ctx context.Context) error
		want error
	}{
		"an error":   {func(context.Context) error { return refused }, refused},
		"a panic":    {func(context.Context) error { panic("boom") }, errPanicked},
		"a conflict": {nil, models.ErrConflict},
		"the end of its goroutine": {func(context.Context) error {
			runtime.Goexit()
			return nil
		}, nil},
	}
	for name, c := range fails {
		t.Run(name, func(t *testing.T) {
			s := openPatient(t, temporaryFile(t))
			end := c.end
			if end == nil {
				end = func(ctx context.Context) error { return s.CreateUser(ctx, &models.User{Username: "before"}) }
			}
			errs := inOneGroup(t, s, creates(s, "before"), createsAnd(s, "undone", end), creates(s, "after"))
			wantErrors(t, errs, nil, c.want, nil)
			wantUsers(t, s, "after", "before")

			errs = inOneGroup(t, s, createsAnd(s, "undone", end), creates(s, "follows"))
			wantErrors(t, errs, c.want, nil)
			wantUsers(t, s, "after", "before", "follows")
		})
	}
}

func TestACallerWhoGoesAwayUndoesNobodyElse(t *testing.T) {
	// long runs long enough for the caller to go away in the middle.
	const long = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		UPDATE auth_user SET first_name = (SELECT MAX(i) FROM n)`
	leaves := map[string]func(ctx context.Context, s *Store, leave func()) error{
		"between statements": func(_ context.Context, _ *Store, leave func()) error {
			leave()
			return nil
		},
		"in a statement": func(ctx context.Context, s *Store, leave func()) error {
			go leave()
			return Run(ctx, s, long)
		},
		"before a statement": func(ctx context.Context, s *Store, leave func()) error {
			leave()
			return Run(ctx, s, long)
		},
	}
	for name, leaving := range leaves {
		t.Run(name, func(t *testing.T) {
			s := openPatient(t, temporaryFile(t))
			ctx, leave := context.WithCancel(t.Context())
			gone := createsAnd(s, "gone", func(ctx context.Context) error {
				defer leave()
				return leaving(ctx, s, leave)
			})
			gone.ctx = ctx
			errs := inOneGroup(t, s, creates(s, "before"), gone, creates(s, "after"))
			wantErrors(t, errs, nil, context.Canceled, nil)
			wantUsers(t, s, "after", "before")
		})
	}
	t.Run("while waiting", func(t *testing.T) {
		s := openPatient(t, temporaryFile(t))
		ctx, leave := context.WithCancel(t.Context())
		gone := creates(s, "gone")
		gone.ctx = ctx
		leads := createsAnd(s, "leads", func(context.Context) error {
			leave()
			for s.queue.length() > 0 {
				runtime.Gosched()
			}
			return nil
		})
		wantErrors(t, inOneGroup(t, s, leads, gone), nil, context.Canceled)
		wantUsers(t, s, "leads")
	})
}

func TestWhenACommitFailsAllAreTold(t *testing.T) {
	refused := errors.New("refused")
	s := openPatient(t, temporaryFile(t))
	s.cfg.StatementTimeout = 200 * time.Millisecond
	lost := map[string]func(ctx context.Context) error{
		"COMMIT": func(ctx context.Context) error { // references are looked at when all else is done
			return s.RecordOutstanding(ctx, &models.OutstandingToken{JTI: "nowhere", UserID: "4711"})
		},
		"a statement, and SQLite undoes all": func(ctx context.Context) error { // the statement timeout interrupts it
			return Run(ctx, s, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
				UPDATE auth_user SET first_name = (SELECT MAX(i) FROM n)`)
		},
		"the transaction, which is over": func(ctx context.Context) error { return Run(ctx, s, "ROLLBACK") },
	}
	for name, fail := range lost {
		t.Run(name, func(t *testing.T) {
			refuses := createsAnd(s, "refuses", func(context.Context) error { return refused })
			errs := inOneGroup(t, s, creates(s, "leads"), refuses, createsAnd(s, "fails", fail))
			wantErrors(t, errs, models.ErrUnavailable, models.ErrUnavailable, models.ErrUnavailable)
			wantUsers(t, s)

			errs = inOneGroup(t, s, creates(s, name), creates(s, name+" too"))
			wantErrors(t, errs, nil, nil)
			wantUsers(t, s, name, name+" too")
			if err := Run(t.Context(), s, "DELETE FROM auth_user"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestWhatIsToHappenAfterACommitHappensOnce(t *testing.T) {
	s := openPatient(t, temporaryFile(t))
	var mu sync.Mutex
	happened := map[string]int{}
	note := func(name string, err error) caller {
		return createsAnd(s, name, func(ctx context.Context) error {
			s.AfterCommit(ctx, func() {
				mu.Lock()
				defer mu.Unlock()
				happened[name]++
				_, err := s.UserBy(ctx, models.UserFieldUsername, "last") // it reads what is committed
				if err != nil {
					t.Errorf("after the commit of %s: %v", name, err)
				}
			})
			return err
		})
	}
	inOneGroup(t, s, note("leads", nil), note("follows", nil), note("fails", errors.New("refused")), note("last", nil))
	if diff := cmp.Diff(map[string]int{"leads": 1, "follows": 1, "last": 1}, happened); diff != "" {
		t.Errorf("what happened after the commit (-want +got):\n%s", diff)
	}
}

func TestALockOfAnotherProcessIsWaitedForAsEver(t *testing.T) {
	path := temporaryFile(t)
	s := openTemporary(t, path)
	other := sql.OpenDB(sqliteConnector{dsn: sqliteDSN(path, "immediate")})
	t.Cleanup(func() { _ = other.Close() })
	held, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			err := s.CreateUser(t.Context(), &models.User{Username: fmt.Sprint("refused", i)})
			if !errors.Is(err, models.ErrUnavailable) {
				t.Errorf("CreateUser while another process writes = %v, want ErrUnavailable", err)
			}
		})
	}
	all.Wait()
	if err := held.Rollback(); err != nil {
		t.Fatal(err)
	}
	s.cfg.PoolTimeout = time.Minute
	wantErrors(t, inOneGroup(t, s, creates(s, "a"), creates(s, "b")), nil, nil)
	wantUsers(t, s, "a", "b")
}
