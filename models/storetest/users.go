package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

func users(t *testing.T, s Store) {
	t.Run("a stored user is read back by id, name and address", func(t *testing.T) {
		want := &models.User{
			Password: "pbkdf2_sha256$1$a$b", LastLogin: &moment, IsSuperuser: true, Username: "Zoë", FirstName: "Zoë",
			LastName: "O'Neill; DROP TABLE auth_user", Email: "zoe@example.com", IsStaff: true, IsActive: true, DateJoined: moment,
		}
		must(t, s.CreateUser(t.Context(), want))
		for field, value := range map[models.UserField]string{
			models.UserFieldID: string(want.ID), models.UserFieldUsername: "Zoë", models.UserFieldEmail: "zoe@example.com",
		} {
			got, err := s.UserBy(t.Context(), field, value)
			must(t, err)
			if diff := cmp.Diff(want, got, exceptExtra()); diff != "" {
				t.Errorf("UserBy(%s) (-want +got):\n%s", field, diff)
			}
		}
	})
	t.Run("a user who never logged in has no last login", func(t *testing.T) {
		u := newUser(t, s, "fresh")
		got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		if got.LastLogin != nil {
			t.Errorf("LastLogin = %v, want nil", got.LastLogin)
		}
	})
	t.Run("values that no row can hold are not found", func(t *testing.T) { usersNotFound(t, s) })
	t.Run("an unknown field is an error of its own", func(t *testing.T) {
		_, err := s.UserBy(t.Context(), "password", "x")
		if err == nil || errors.Is(err, models.ErrNotFound) {
			t.Errorf("UserBy(password) = %v, want another error", err)
		}
	})
	t.Run("of two users with one address the older is found", func(t *testing.T) {
		older := newUser(t, s, "twin")
		younger := &models.User{Username: "twin2", Email: older.Email, DateJoined: moment}
		must(t, s.CreateUser(t.Context(), younger))
		got, err := s.UserBy(t.Context(), models.UserFieldEmail, older.Email)
		must(t, err)
		if want := byKey([]models.User{*older, *younger})[0].ID; got.ID != want {
			t.Errorf("id = %s, want %s", got.ID, want)
		}
	})
	t.Run("a taken name is a conflict", func(t *testing.T) {
		newUser(t, s, "taken")
		err := s.CreateUser(t.Context(), &models.User{Username: "taken", DateJoined: moment})
		if !errors.Is(err, models.ErrConflict) {
			t.Errorf("CreateUser = %v, want ErrConflict", err)
		}
	})
	t.Run("text that cannot be stored is refused, and storage is not said to be down", func(t *testing.T) {
		for _, name := range []string{"nul\x00", "latin-1 \xe9"} {
			err := s.CreateUser(t.Context(), &models.User{Username: name, DateJoined: moment})
			if err == nil || errors.Is(err, models.ErrUnavailable) || errors.Is(err, models.ErrConflict) {
				t.Errorf("CreateUser(%q) = %v, want an error of its own", name, err)
			}
		}
	})
	t.Run("names are found without regard to case, wildcards being letters", func(t *testing.T) { usersFold(t, s) })
	t.Run("a password is swapped only for the one that was checked", func(t *testing.T) { swapPassword(t, s) })
	t.Run("the last login is set, and missing users are reported", func(t *testing.T) {
		u := newUser(t, s, "visitor")
		must(t, s.SetLastLogin(t.Context(), u.ID, moment))
		got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		if got.LastLogin == nil || !got.LastLogin.Equal(moment) {
			t.Errorf("LastLogin = %v, want %v", got.LastLogin, moment)
		}
		for _, id := range []models.UserID{"", nobody(s), "3000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"} {
			if err := s.SetLastLogin(t.Context(), id, moment); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("SetLastLogin(%q) = %v, want ErrNotFound", id, err)
			}
		}
	})
}

func usersNotFound(t *testing.T, s Store) {
	must(t, s.CreateUser(t.Context(), &models.User{Username: "no address", DateJoined: moment}))
	cases := map[models.UserField][]string{
		models.UserFieldID: {
			"", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "1e0", "abc", "١", "1\x00", "\xff", "0x1", "123456789",
			"2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1; SELECT 1",
			"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
		},
		models.UserFieldUsername: {"", "nobody", "nul\x00", "\xff", "' OR 1=1 --", "%", "NO ADDRESS"},
		models.UserFieldEmail:    {"", "nobody@example.com", "nul\x00", "\xff", "%"},
	}
	for field, values := range cases {
		for _, value := range values {
			if u, err := s.UserBy(t.Context(), field, value); !errors.Is(err, models.ErrNotFound) || u != nil {
				t.Errorf("UserBy(%s, %q) = %v, %v; want ErrNotFound", field, value, u, err)
			}
		}
	}
}

func usersFold(t *testing.T, s Store) {
	first, second := newUser(t, s, "Case_Fold"), newUser(t, s, "case_fold")
	newUser(t, s, "caseXfold")
	got, err := s.UsersByUsernameFold(t.Context(), "CASE_fold")
	must(t, err)
	if len(got) != 2 {
		t.Fatalf("found %d users, want 2", len(got))
	}
	if diff := cmp.Diff(byKey([]models.User{*first, *second}), got, exceptExtra()); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	for _, name := range []string{"", "case%", "nul\x00", "\xff", "nobody"} {
		if got, err := s.UsersByUsernameFold(t.Context(), name); err != nil || len(got) != 0 {
			t.Errorf("UsersByUsernameFold(%q) = %v, %v; want none", name, got, err)
		}
	}
}

func swapPassword(t *testing.T, s Store) {
	u := newUser(t, s, "swapper")
	steps := []struct {
		id       models.UserID
		old, new string
		want     bool
	}{
		{u.ID, u.Password, "second", true},
		{u.ID, u.Password, "third", false},
		{u.ID, "second", "second", true},
		{u.ID, "second", "third", true},
		{nobody(s), "third", "fourth", false},
		{"", "third", "fourth", false},
		{"not a number", "third", "fourth", false},
	}
	for _, step := range steps {
		got, err := s.SwapPassword(t.Context(), step.id, step.old, step.new)
		if err != nil || got != step.want {
			t.Errorf("SwapPassword(%q, %q, %q) = %v, %v; want %v", step.id, step.old, step.new, got, err, step.want)
		}
	}
	got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
	must(t, err)
	if got.Password != "third" {
		t.Errorf("password = %q, want %q", got.Password, "third")
	}
}
