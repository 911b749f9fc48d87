package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"watchword/models"
)

// callers is how many goroutines race for one row.
const callers = 32

func concurrency(t *testing.T, s Store) {
	t.Run("of many who end one outstanding token, one is first", func(t *testing.T) {
		must(t, s.RecordOutstanding(t.Context(), newToken("raced")))
		wantOneWinner(t, func(int) (bool, error) { return s.Blacklist(t.Context(), newToken("raced"), moment) })
	})
	t.Run("of many who end one unrecorded token, one is first", func(t *testing.T) {
		wantOneWinner(t, func(int) (bool, error) { return s.Blacklist(t.Context(), newToken("unrecorded"), moment) })
	})
	t.Run("of many who rotate one token, one records a successor", func(t *testing.T) { rotate(t, s) })
	t.Run("of many who swap one password, one succeeds", func(t *testing.T) {
		u := newUser(t, s, "contested")
		wantOneWinner(t, func(i int) (bool, error) {
			return s.SwapPassword(t.Context(), u.ID, u.Password, fmt.Sprint("new", i))
		})
	})
	t.Run("of many who take one name, one gets it and the others are told", func(t *testing.T) {
		wantOneWinner(t, func(int) (bool, error) {
			err := create(t.Context(), s, "unique")
			if errors.Is(err, models.ErrConflict) {
				return false, nil
			}
			return err == nil, err
		})
	})
	t.Run("no update is lost between a read and a swap", func(t *testing.T) { count(t, s) })
	t.Run("reads go on while others write", func(t *testing.T) { readWhileWriting(t, s) })
}

// rotate does in one transaction what a refresh does.
func rotate(t *testing.T, s Store) {
	must(t, s.RecordOutstanding(t.Context(), newToken("parent")))
	wantOneWinner(t, func(i int) (first bool, err error) {
		err = s.Atomic(t.Context(), func(ctx context.Context) error {
			if first, err = s.Blacklist(ctx, newToken("parent"), moment); err != nil || !first {
				return err
			}
			return s.RecordOutstanding(ctx, newToken(fmt.Sprint("child", i)))
		})
		return first, err
	})
}

// count lets every caller add one to a number that is kept as a password.
func count(t *testing.T, s Store) {
	u := newUser(t, s, "counter")
	swapped, err := s.SwapPassword(t.Context(), u.ID, u.Password, "0")
	if err != nil || !swapped {
		t.Fatalf("SwapPassword = %v, %v", swapped, err)
	}
	parallel(t, func(int) error {
		for {
			var swapped bool
			err := s.Atomic(t.Context(), func(ctx context.Context) error {
				u, err := s.UserBy(ctx, models.UserFieldUsername, "counter")
				if err != nil {
					return err
				}
				n, err := strconv.Atoi(u.Password)
				if err != nil {
					return err
				}
				swapped, err = s.SwapPassword(ctx, u.ID, u.Password, strconv.Itoa(n+1))
				return err
			})
			if err != nil || swapped {
				return err
			}
		}
	})
	got, err := s.UserBy(t.Context(), models.UserFieldUsername, "counter")
	must(t, err)
	if got.Password != strconv.Itoa(callers) {
		t.Errorf("counted to %s, want %d", got.Password, callers)
	}
}

// readWhileWriting holds a transaction open until every reader has read.
func readWhileWriting(t *testing.T, s Store) {
	u := newUser(t, s, "read")
	must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
		if _, err := s.SwapPassword(ctx, u.ID, u.Password, "written"); err != nil {
			return err
		}
		parallel(t, func(int) error {
			got, err := s.UserBy(t.Context(), models.UserFieldUsername, "read")
			if err == nil && got.Password != u.Password {
				return fmt.Errorf("read %q, which nobody committed", got.Password)
			}
			return err
		})
		return nil
	}))
}

// wantOneWinner calls race from many goroutines at once and expects true from exactly one.
func wantOneWinner(t *testing.T, race func(i int) (bool, error)) {
	t.Helper()
	var winners atomic.Int32
	parallel(t, func(i int) error {
		won, err := race(i)
		if won {
			winners.Add(1)
		}
		return err
	})
	if got := winners.Load(); got != 1 {
		t.Errorf("%d winners, want 1", got)
	}
}

// parallel lets many goroutines loose at once and waits for them.
func parallel(t *testing.T, fn func(i int) error) {
	t.Helper()
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(callers)
	for i := range callers {
		done.Go(func() {
			ready.Done()
			<-start
			if err := fn(i); err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}
