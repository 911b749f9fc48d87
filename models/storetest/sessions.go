package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// sessionStore keeps Django's sessions.
type sessionStore interface {
	Session(ctx context.Context, key string, now time.Time) (*models.Session, error)
	SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (*models.Session, *models.User, error)
	CreateSession(ctx context.Context, session models.Session) error
	ReplaceSession(ctx context.Context, key string, session models.Session) error
	ExtendSession(ctx context.Context, key string, until time.Time) error
	DeleteSession(ctx context.Context, key string) error
	DeleteExpiredSessions(ctx context.Context, now time.Time, limit int) (int, error)
}

// sessionOf is a session that ends an hour after moment.
func sessionOf(key, data string) models.Session {
	return models.Session{Key: key, Data: data, ExpireDate: moment.Add(time.Hour)}
}

func sessions(t *testing.T, s Store) {
	must(t, s.CreateSession(t.Context(), sessionOf("first", "one")))
	must(t, s.CreateSession(t.Context(), sessionOf("second", "two")))

	t.Run("a session is found by its key until it ends", func(t *testing.T) {
		got, err := s.Session(t.Context(), "first", moment.Add(time.Hour-time.Microsecond))
		must(t, err)
		if got.Key != "first" || got.Data != "one" || !got.ExpireDate.Equal(moment.Add(time.Hour)) {
			t.Errorf("Session = %+v", got)
		}
		wantNoSession(t, s, "first", moment.Add(time.Hour))
	})
	t.Run("other keys find nothing", func(t *testing.T) {
		for _, key := range []string{"", "FIRST", "first ", "firs%", "' OR '1'='1", "fir\x00st", "\xff", strings.Repeat("x", 9000)} {
			wantNoSession(t, s, key, moment)
		}
	})
	t.Run("a session is found together with a user", func(t *testing.T) { sessionAndUser(t, s) })
	t.Run("a key is taken once", func(t *testing.T) {
		if err := s.CreateSession(t.Context(), sessionOf("first", "stolen")); !errors.Is(err, models.ErrConflict) {
			t.Errorf("got %v, want ErrConflict", err)
		}
		wantSession(t, s, "first", "one")
	})
	t.Run("a taken key leaves the transaction usable", func(t *testing.T) {
		must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
			if err := s.CreateSession(ctx, sessionOf("first", "stolen")); !errors.Is(err, models.ErrConflict) {
				t.Errorf("got %v, want ErrConflict", err)
			}
			return s.CreateSession(ctx, sessionOf("third", "three"))
		}))
		wantSession(t, s, "third", "three")
	})
	t.Run("replacing changes one session, and its key if asked", func(t *testing.T) {
		must(t, s.ReplaceSession(t.Context(), "first", sessionOf("first", "new")))
		wantSession(t, s, "first", "new")
		must(t, s.ReplaceSession(t.Context(), "first", sessionOf("moved", "newer")))
		wantNoSession(t, s, "first", moment)
		wantSession(t, s, "moved", "newer")
		wantSession(t, s, "second", "two")
	})
	t.Run("a key that is taken is not moved to", func(t *testing.T) {
		if err := s.ReplaceSession(t.Context(), "moved", sessionOf("second", "x")); !errors.Is(err, models.ErrConflict) {
			t.Errorf("got %v, want ErrConflict", err)
		}
		wantSession(t, s, "second", "two")
	})
	t.Run("extending leaves the data alone", func(t *testing.T) {
		must(t, s.ExtendSession(t.Context(), "moved", moment.Add(2*time.Hour)))
		got, err := s.Session(t.Context(), "moved", moment.Add(time.Hour))
		must(t, err)
		if got.Data != "newer" || !got.ExpireDate.Equal(moment.Add(2*time.Hour)) {
			t.Errorf("Session = %+v", got)
		}
	})
	t.Run("a session that is gone stays gone", func(t *testing.T) {
		must(t, s.DeleteSession(t.Context(), "moved"))
		must(t, s.DeleteSession(t.Context(), "moved"))
		must(t, s.DeleteSession(t.Context(), "a\x00b"))
		if err := s.ReplaceSession(t.Context(), "moved", sessionOf("moved", "x")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("ReplaceSession: %v, want ErrNotFound", err)
		}
		if err := s.ExtendSession(t.Context(), "moved", moment.Add(time.Hour)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("ExtendSession: %v, want ErrNotFound", err)
		}
		wantNoSession(t, s, "moved", moment)
		wantSession(t, s, "second", "two")
	})
	t.Run("of many who move one session, one does", func(t *testing.T) {
		wantOneWinner(t, func(i int) (bool, error) {
			err := s.ReplaceSession(t.Context(), "second", sessionOf(fmt.Sprintf("winner%d", i), "two"))
			if errors.Is(err, models.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		})
	})
	t.Run("of many who take one key, one does", func(t *testing.T) {
		wantOneWinner(t, func(int) (bool, error) {
			err := s.CreateSession(t.Context(), sessionOf("wanted", "x"))
			if errors.Is(err, models.ErrConflict) {
				return false, nil
			}
			return err == nil, err
		})
	})
	t.Run("ended ones go, in batches", func(t *testing.T) { sweepSessions(t, s) })
}

func sessionAndUser(t *testing.T, s Store) {
	u := &models.User{Username: "owner", Password: "x", Email: "owner@example.com", IsActive: true, DateJoined: moment}
	must(t, s.CreateUser(t.Context(), u))
	session, user, err := s.SessionAndUser(t.Context(), "first", moment, u.ID)
	must(t, err)
	if session.Key != "first" || session.Data != "one" || !session.ExpireDate.Equal(moment.Add(time.Hour)) {
		t.Errorf("the session is %+v", session)
	}
	alone, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
	must(t, err)
	if diff := cmp.Diff(alone, user); diff != "" {
		t.Errorf("the user differs from the one found alone: %s", diff)
	}
	for _, none := range []struct {
		key  string
		now  time.Time
		user models.UserID
	}{
		{"first", moment.Add(time.Hour), u.ID}, {"other", moment, u.ID}, {"fir\x00st", moment, u.ID},
		{"first", moment, "987654"}, {"first", moment, ""}, {"first", moment, "x"}, {"first", moment, "99999999999999999999"},
	} {
		if _, _, err := s.SessionAndUser(t.Context(), none.key, none.now, none.user); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%+v: %v, want ErrNotFound", none, err)
		}
	}
}

func wantSession(t *testing.T, s Store, key, data string) {
	t.Helper()
	if got, err := s.Session(t.Context(), key, moment); err != nil || got.Data != data {
		t.Errorf("Session(%q) = %+v, %v; want %q", key, got, err, data)
	}
}

func wantNoSession(t *testing.T, s Store, key string, now time.Time) {
	t.Helper()
	if got, err := s.Session(t.Context(), key, now); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("Session(%.20q) = %+v, %v; want ErrNotFound", key, got, err)
	}
}

func sweepSessions(t *testing.T, s Store) {
	for i := range 3 {
		old := sessionOf(fmt.Sprintf("old%d", i), "x")
		old.ExpireDate = moment.Add(time.Duration(i-4) * time.Minute)
		must(t, s.CreateSession(t.Context(), old))
	}
	now := moment.Add(-2 * time.Minute) // the end of the last one
	for i, want := range []int{2, 1, 0} {
		if got, err := s.DeleteExpiredSessions(t.Context(), now, 2); err != nil || got != want {
			t.Errorf("batch %d = %d, %v; want %d", i, got, err, want)
		}
	}
	wantNoSession(t, s, "old2", moment.AddDate(-1, 0, 0))
	wantSession(t, s, "third", "three")
}
