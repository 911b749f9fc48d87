package storetest

import (
	"context"
	"errors"
	"testing"

	"watchword/models"
)

// errRefused is an error that has nothing to do with storage.
var errRefused = errors.New("refused")

func transactions(t *testing.T, s Store) {
	t.Run("what fn did is kept when it returns nil", func(t *testing.T) {
		must(t, s.Atomic(t.Context(), func(ctx context.Context) error { return create(ctx, s, "kept") }))
		wantUser(t, s, "kept", true)
	})
	t.Run("an error undoes all and comes back as it is", func(t *testing.T) {
		err := s.Atomic(t.Context(), func(ctx context.Context) error {
			return errors.Join(create(ctx, s, "undone"), create(ctx, s, "undone too"), errRefused)
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("Atomic = %v, want errRefused", err)
		}
		wantUser(t, s, "undone", false)
		wantUser(t, s, "undone too", false)
	})
	t.Run("a panic undoes all and goes on", func(t *testing.T) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.Atomic(t.Context(), func(ctx context.Context) error {
				must(t, create(ctx, s, "panicked"))
				panic("boom")
			})
		}()
		wantUser(t, s, "panicked", false)
	})
	t.Run("inside, its own writes are seen; outside they are not", func(t *testing.T) {
		must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
			err := create(ctx, s, "inside")
			if _, err := s.UserBy(ctx, models.UserFieldUsername, "inside"); err != nil {
				t.Errorf("inside: %v", err)
			}
			wantUser(t, s, "inside", false)
			return err
		}))
		wantUser(t, s, "inside", true)
	})
	t.Run("a nested call joins and is undone with the outer one", func(t *testing.T) {
		err := s.Atomic(t.Context(), func(ctx context.Context) error {
			must(t, s.Atomic(ctx, func(ctx context.Context) error { return create(ctx, s, "nested") }))
			return errRefused
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("Atomic = %v, want errRefused", err)
		}
		wantUser(t, s, "nested", false)
	})
	t.Run("a blacklisting is undone with the transaction around it", func(t *testing.T) {
		for range 2 {
			_ = s.Atomic(t.Context(), func(ctx context.Context) error {
				first, err := s.Blacklist(ctx, newToken("undone"), moment)
				if err != nil || !first {
					t.Errorf("Blacklist = %v, %v; want true", first, err)
				}
				return errRefused
			})
		}
		wantBlacklisted(t, s, "undone", false)
	})
	t.Run("a reference that points nowhere is reported, and the store goes on", func(t *testing.T) {
		token := newToken("nowhere")
		token.UserID = nobody(s)
		err := s.Atomic(t.Context(), func(ctx context.Context) error { return s.RecordOutstanding(ctx, token) })
		if !errors.Is(err, models.ErrNotFound) {
			t.Errorf("Atomic = %v, want ErrNotFound", err)
		}
		must(t, s.Atomic(t.Context(), func(ctx context.Context) error { return create(ctx, s, "goes on") }))
	})
	t.Run("a caller who went away leaves nothing behind", func(t *testing.T) {
		var ctx context.Context
		for range 50 { // the store's commit races with its own rollback
			var cancel context.CancelFunc
			ctx, cancel = context.WithCancel(t.Context())
			err := s.Atomic(ctx, func(ctx context.Context) error {
				err := create(ctx, s, "gone away")
				cancel()
				return err
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Atomic = %v, want context.Canceled", err)
			}
			wantUser(t, s, "gone away", false)
		}
		if _, err := s.UserBy(ctx, models.UserFieldUsername, "kept"); !errors.Is(err, context.Canceled) {
			t.Errorf("UserBy = %v, want context.Canceled", err)
		}
	})
}

func create(ctx context.Context, s Store, name string) error {
	return s.CreateUser(ctx, &models.User{Username: name, DateJoined: moment})
}

func wantUser(t *testing.T, s Store, name string, want bool) {
	t.Helper()
	_, err := s.UserBy(t.Context(), models.UserFieldUsername, name)
	if got := err == nil; got != want || (err != nil && !errors.Is(err, models.ErrNotFound)) {
		t.Errorf("user %q: %v; want it there: %v", name, err, want)
	}
}
