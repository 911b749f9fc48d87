package auth_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"watchword/auth"
	"watchword/models"
)

func TestUpdateProfileRefusesNamesThatCannotBeHad(t *testing.T) {
	_, store := newService(t)
	service, _ := configured(t, store, func(c *auth.Config) { c.UsernameBlacklist = []string{"Admin"} })
	u := mustCreate(t, service, "alice", "x")
	mustCreate(t, service, "Bob", "x")
	for _, tt := range []struct {
		name, username, want string
		err                  error
	}{
		{"free", "carol", "carol", nil},
		{"the own name", "carol", "carol", nil},
		{"the own name in another case", "Carol", "Carol", nil},
		{"compatibility forms are one name", "ﬁrst", "first", nil},
		{"taken", "Bob", "", auth.ErrUsernameTaken},
		{"taken in another case", "bOB", "", auth.ErrUsernameTaken},
		{"taken in another form", "Ｂob", "", auth.ErrUsernameTaken},
		{"reserved", "admin", "", auth.ErrUsernameReserved},
		{"reserved in another form", "ＡＤＭＩＮ", "", auth.ErrUsernameReserved},
		{"bad characters", "a b", "", auth.ErrUsernameInvalid},
		{"an accent of its own", "re\u0301ne\u0301", "", auth.ErrUsernameInvalid},
		{"empty", "", "", auth.ErrUsernameInvalid},
		{"too long", strings.Repeat("a", 151), "", auth.ErrUsernameInvalid},
		{"too long once normalised", strings.Repeat("ﷺ", 20), "", auth.ErrUsernameInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checked := service.CheckUsername(t.Context(), u.ID, tt.username)
			got, err := service.UpdateProfile(t.Context(), u.ID, models.Profile{Username: &tt.username})
			if !errors.Is(err, tt.err) || !errors.Is(checked, tt.err) {
				t.Fatalf("got %v, and %v beforehand; want %v", err, checked, tt.err)
			}
			if err == nil && got.Username != tt.want {
				t.Errorf("got %q, want %q", got.Username, tt.want)
			}
		})
	}
	if _, err := service.UpdateProfile(t.Context(), "12345", models.Profile{}); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("nobody: got %v, want ErrNotFound", err)
	}
}

func TestNamesAreAsLongAsTheirColumn(t *testing.T) {
	_, store := newService(t)
	for _, column := range []int{30, 200} {
		people := models.UserModel{Label: "crm.Person", Username: "login", Known: []models.Column{
			{Name: "login", Type: models.ColumnText, MaxLength: column}}}
		service, _ := configured(t, store, func(c *auth.Config) { *c = c.ForUsers(people) })
		if err := service.CheckUsername(t.Context(), "", strings.Repeat("a", column)); err != nil {
			t.Errorf("%d characters: %v", column, err)
		}
		if err := service.CheckUsername(t.Context(), "", strings.Repeat("a", column+1)); !errors.Is(err, auth.ErrUsernameInvalid) {
			t.Errorf("one more than %d characters: got %v, want ErrUsernameInvalid", column, err)
		}
	}
}

func TestOfManyWhoTakeOneNameOneGetsIt(t *testing.T) {
	service, store := newService(t)
	const callers = 16
	users := make([]*models.User, callers)
	for i := range users {
		users[i] = mustCreate(t, service, "user"+strings.Repeat("x", i), "x")
	}
	results := make([]error, callers)
	var wg sync.WaitGroup
	for i, u := range users {
		wg.Go(func() {
			name := []string{"Wanted", "wanted"}[i%2]
			_, results[i] = service.UpdateProfile(t.Context(), u.ID, models.Profile{Username: &name})
		})
	}
	wg.Wait()
	winners := slices.DeleteFunc(slices.Clone(results), func(err error) bool { return errors.Is(err, auth.ErrUsernameTaken) })
	if len(winners) != 1 || winners[0] != nil {
		t.Errorf("beside those told that it is taken: %v, want one winner", winners)
	}
	holders, err := store.UsersByUsernameFold(t.Context(), "wanted")
	if err != nil || len(holders) != 1 {
		t.Errorf("%d users have the name, %v; want 1", len(holders), err)
	}
}
