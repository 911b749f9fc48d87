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
		disabled, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		if disabled.LoginsEnded == nil {
			t.Fatal("the logins of a disabled user go on")
		}
		must(t, s.SetActive(t.Context(), u.ID, true))
		wantLoginsEnded(t, s, u, *disabled.LoginsEnded)
	})
	t.Run("nobody has no logins", func(t *testing.T) {
		for _, id := range []models.UserID{"", "999999", "no-number"} {
			if err := s.EndLogins(t.Context(), id, moment); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("EndLogins(%q) = %v, want ErrNotFound", id, err)
			}
		}
	})
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
