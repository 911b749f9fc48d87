package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// usersWithoutNames is about users whom only their address names. A store of others has nothing to show.
func usersWithoutNames(t *testing.T, s Store) {
	if !s.UserModel().ByEmail() {
		return
	}
	want := newUser(t, s, "ana")
	for field, value := range map[models.UserField]string{
		models.UserFieldID: string(want.ID), models.UserFieldUsername: "ana@example.com", models.UserFieldEmail: "ana@example.com",
	} {
		got, err := s.UserBy(t.Context(), field, value)
		must(t, err)
		if diff := cmp.Diff(want, got, exceptExtra()); diff != "" {
			t.Errorf("UserBy(%s) (-want +got):\n%s", field, diff)
		}
	}
	for _, name := range []string{"", "ana", "ANA@example.com", "nobody@example.com"} {
		if u, err := s.UserBy(t.Context(), models.UserFieldUsername, name); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("UserBy(%q) = %v, %v; want ErrNotFound", name, u, err)
		}
	}
	if got, err := s.UsersByUsernameFold(t.Context(), "ANA@example.com"); err != nil || len(got) != 1 || got[0].ID != want.ID {
		t.Errorf("UsersByUsernameFold = %v, %v; want ana", got, err)
	}
	for _, email := range []string{"ana@example.com", "Ana@Example.com"} {
		err := s.CreateUserFold(t.Context(), &models.User{Email: email, Password: "!"})
		if !errors.Is(err, models.ErrConflict) {
			t.Errorf("CreateUserFold(%q) = %v, want ErrConflict", email, err)
		}
	}
	named := &models.User{Username: "bea@example.com", Password: "!"}
	must(t, s.CreateUser(t.Context(), named))
	got, err := s.UserBy(t.Context(), models.UserFieldEmail, "bea@example.com")
	if err != nil || got.ID != named.ID {
		t.Errorf("who is made by name = %v, %v; want the name to be the address", got, err)
	}
	if _, err := s.UpdateProfile(t.Context(), named.ID, models.Profile{Username: new("ANA@example.com")}); !errors.Is(err, models.ErrConflict) {
		t.Errorf("UpdateProfile to a taken address = %v, want ErrConflict", err)
	}
}
