package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// profileStore is what a store does with what users say about themselves.
type profileStore interface {
	UpdateProfile(ctx context.Context, id models.UserID, p models.Profile) (*models.User, error)
}

func profiles(t *testing.T, s Store) {
	t.Run("the given fields change, the others stay", func(t *testing.T) {
		want := newUser(t, s, "profile")
		for _, step := range []struct {
			profile models.Profile
			change  func(u *models.User)
		}{
			{models.Profile{}, func(*models.User) {}},
			{models.Profile{FirstName: new("Ann")}, func(u *models.User) { u.FirstName = "Ann" }},
			{models.Profile{LastName: new("O'Hara")}, func(u *models.User) { u.LastName = "O'Hara" }},
			{models.Profile{Username: new("Profile")}, func(u *models.User) { u.Username = "Profile" }},
			{models.Profile{Username: new("ünï"), FirstName: new(""), LastName: new("")},
				func(u *models.User) { u.Username, u.FirstName, u.LastName = "ünï", "", "" }},
		} {
			step.change(want)
			wantProfile(t, s, want, step.profile)
		}
	})
	t.Run("a name that somebody else has, in any case, is a conflict and changes nothing", func(t *testing.T) {
		u := newUser(t, s, "contender")
		newUser(t, s, "Holder")
		for _, name := range []string{"Holder", "holder", "HOLDER"} {
			_, err := s.UpdateProfile(t.Context(), u.ID, models.Profile{Username: &name, FirstName: new("x")})
			if !errors.Is(err, models.ErrConflict) {
				t.Errorf("UpdateProfile(%q) = %v, want ErrConflict", name, err)
			}
		}
		wantProfile(t, s, u, models.Profile{})
	})
	t.Run("wildcards are letters", func(t *testing.T) {
		u := newUser(t, s, "literal")
		newUser(t, s, "wildXcard")
		u.Username = "wild_card"
		wantProfile(t, s, u, models.Profile{Username: new("wild_card")})
	})
	t.Run("users who are gone are not found", func(t *testing.T) {
		for _, id := range []models.UserID{"", nobody(s), "3000000000", "no number"} {
			for _, p := range []models.Profile{{}, {Username: new("phantom")}} {
				if u, err := s.UpdateProfile(t.Context(), id, p); !errors.Is(err, models.ErrNotFound) || u != nil {
					t.Errorf("UpdateProfile(%q) = %v, %v; want ErrNotFound", id, u, err)
				}
			}
		}
	})
	t.Run("of many who take one name in many cases, one gets it", func(t *testing.T) { takeName(t, s) })
}

// takeName lets every caller, a user each, ask for the same name, half of them in capitals.
func takeName(t *testing.T, s Store) {
	users := make([]*models.User, callers)
	for i := range users {
		users[i] = newUser(t, s, "taker"+strings.Repeat("x", i))
	}
	wantOneWinner(t, func(i int) (bool, error) {
		name := "wanted"
		if i%2 == 0 {
			name = "WANTED"
		}
		_, err := s.UpdateProfile(t.Context(), users[i].ID, models.Profile{Username: &name})
		if errors.Is(err, models.ErrConflict) {
			return false, nil
		}
		return err == nil, err
	})
}

// wantProfile changes a user, and compares what comes back and what is stored with want.
func wantProfile(t *testing.T, s Store, want *models.User, p models.Profile) {
	t.Helper()
	got, err := s.UpdateProfile(t.Context(), want.ID, p)
	must(t, err)
	if diff := cmp.Diff(want, got, exceptExtra()); diff != "" {
		t.Errorf("UpdateProfile (-want +got):\n%s", diff)
	}
	stored, err := s.UserBy(t.Context(), models.UserFieldID, string(want.ID))
	must(t, err)
	if diff := cmp.Diff(want, stored, exceptExtra()); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}
