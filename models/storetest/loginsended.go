package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"watchword/models"
)

// loginsEndedStore knows when all logins of a user were ended.
type loginsEndedStore interface {
	EndLogins(ctx context.Context, user models.UserID, at time.Time) error
	EndOtherLogins(ctx context.Context, user models.UserID, at time.Time, but models.Login) error
}

func loginsEnded(t *testing.T, s Store) {
	t.Run("the time is kept, and never moves back", func(t *testing.T) {
		u := newUser(t, s, "leaver")
		wantLoginsEnded(t, s, u, time.Time{})
		must(t, s.EndLogins(t.Context(), u.ID, moment))
		wantLoginsEnded(t, s, u, moment)
		must(t, s.EndLogins(t.Context(), u.ID, moment.Add(-time.Hour)))
		wantLoginsEnded(t, s, u, moment)
		must(t, s.EndLogins(t.Context(), u.ID, moment.Add(time.Microsecond)))
		wantLoginsEnded(t, s, u, moment.Add(time.Microsecond))
	})
	t.Run("disabling somebody ends their logins, enabling does not", func(t *testing.T) {
		u := newUser(t, s, "comeback")
		must(t, s.SetActive(t.Context(), u.ID, true))
		wantLoginsEnded(t, s, u, time.Time{})
		must(t, s.SetActive(t.Context(), u.ID, false))
		disabled := readUser(t, s, u.ID)
		if disabled.LoginsEnded == nil {
			t.Fatal("the logins of a disabled user go on")
		}
		must(t, s.SetActive(t.Context(), u.ID, true))
		wantLoginsEnded(t, s, u, *disabled.LoginsEnded)
	})
	t.Run("one login is spared, until all end", func(t *testing.T) {
		u := newUser(t, s, "spared")
		step := func(name string, at time.Time, but models.Login, want string) {
			t.Helper()
			must(t, s.EndOtherLogins(t.Context(), u.ID, at, but))
			if got := readUser(t, s, u.ID); got.SparedLogin != want || got.LoginsEnded == nil || got.LoginsEnded.Before(at) {
				t.Errorf("%s: spared %q until %v, want %q and %v", name, got.SparedLogin, got.LoginsEnded, want, at)
			}
		}
		after := func(d time.Duration) time.Time { return moment.Add(d) }
		step("the first time", after(0), models.Login{ID: "a", IssuedAt: after(-time.Hour)}, "a")
		step("again by the same", after(time.Minute), models.Login{ID: "a", IssuedAt: after(-time.Hour)}, "a")
		step("by one that was ended", after(2*time.Minute), models.Login{ID: "b", IssuedAt: after(-time.Hour)}, "")
		step("by one from after that", after(3*time.Minute), models.Login{ID: "c", IssuedAt: after(2 * time.Minute)}, "c")
		step("by one that names no login", after(4*time.Minute), models.Login{IssuedAt: after(3 * time.Minute)}, "")
		must(t, s.EndOtherLogins(t.Context(), u.ID, after(5*time.Minute), models.Login{ID: "d", IssuedAt: after(4 * time.Minute)}))
		must(t, s.EndLogins(t.Context(), u.ID, after(time.Second)))
		if got := readUser(t, s, u.ID); got.SparedLogin != "" || !got.LoginsEnded.Equal(after(5*time.Minute)) {
			t.Errorf("after all were ended %q is spared until %v", got.SparedLogin, got.LoginsEnded)
		}
	})
	t.Run("nobody has no logins", func(t *testing.T) {
		for _, id := range []models.UserID{"", "999999", "no-number"} {
			if err := s.EndLogins(t.Context(), id, moment); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("EndLogins(%q) = %v, want ErrNotFound", id, err)
			}
		}
	})
}

// readUser reads a user anew.
func readUser(t *testing.T, s Store, id models.UserID) *models.User {
	t.Helper()
	u, err := s.UserBy(t.Context(), models.UserFieldID, string(id))
	must(t, err)
	return u
}

// wantLoginsEnded compares what every lookup of u says; the zero time is never.
func wantLoginsEnded(t *testing.T, s Store, u *models.User, want time.Time) {
	t.Helper()
	byName, err := s.UserBy(t.Context(), models.UserFieldUsername, u.Username)
	must(t, err)
	folded, err := s.UsersByUsernameFold(t.Context(), u.Username)
	must(t, err)
	claimed, err := s.UsersByEmail(t.Context(), u.Email)
	must(t, err)
	for _, got := range append(append(folded, claimed...), *byName) {
		if got.LoginsEnded == nil && want.IsZero() {
			continue
		}
		if got.LoginsEnded == nil || !got.LoginsEnded.Equal(want) {
			t.Errorf("logins ended at %v, want %v", got.LoginsEnded, want)
		}
	}
	if len(folded) != 1 || len(claimed) != 1 {
		t.Errorf("%d users by name, %d by address, want one", len(folded), len(claimed))
	}
}
