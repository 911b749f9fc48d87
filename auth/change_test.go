package auth_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"watchword/auth"
	"watchword/models"
	"watchword/schemes"
)

func TestChangePasswordListsWhatIsWrongWithThePassword(t *testing.T) {
	_, store := newService(t)
	service, _ := configured(t, store, func(*auth.Config) {})
	u := mustCreate(t, service, "somebody", "first")
	for text, want := range map[string][]string{
		"12345":                  {auth.PasswordTooShort, auth.PasswordTooCommon, auth.PasswordNumeric},
		"somebody1":              {auth.PasswordTooSimilar},
		strings.Repeat("aB", 65): {auth.PasswordTooLong},
	} {
		err := service.ChangePassword(t.Context(), schemes.Identity{User: u}, text)
		var weak *auth.WeakPassword
		if !errors.As(err, &weak) {
			t.Fatalf("%q: got %v, want a WeakPassword", text, err)
		}
		var codes []string
		for _, fault := range weak.Faults {
			codes = append(codes, fault.Code)
		}
		if !slices.Equal(codes, want) {
			t.Errorf("%q: got %q, want %q", text, codes, want)
		}
		if strings.Contains(err.Error(), text) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	if _, err := service.Authenticate(t.Context(), "somebody", "first"); err != nil {
		t.Errorf("a refused change changed the password: %v", err)
	}
}

func TestOfTwoChangesTheFirstWins(t *testing.T) {
	service, _ := newService(t)
	u := mustCreate(t, service, "alice", "first")
	late := *u
	if err := service.ChangePassword(t.Context(), schemes.Identity{User: u}, "second"); err != nil {
		t.Fatal(err)
	}
	if err := service.ChangePassword(t.Context(), schemes.Identity{User: &late}, "third"); !errors.Is(err, auth.ErrPasswordChanged) {
		t.Errorf("got %v, want ErrPasswordChanged", err)
	}
	if _, err := service.Authenticate(t.Context(), "alice", "second"); err != nil {
		t.Errorf("the first change is lost: %v", err)
	}
}

func TestCheckPasswordHashesAnewAndAChangeGoesOnFromThere(t *testing.T) {
	service, store := newService(t)
	old := models.User{Username: "old", Password: "md5$salt$" + md5Of("salt", "old-pw"), DateJoined: now}
	if err := store.CreateUser(t.Context(), &old); err != nil {
		t.Fatal(err)
	}
	before := old.Password
	if ok, err := service.CheckPassword(t.Context(), &old, "x"); ok || err != nil {
		t.Errorf("wrong password: got %v, %v", ok, err)
	}
	if ok, err := service.CheckPassword(t.Context(), &old, "old-pw"); !ok || err != nil {
		t.Errorf("right password: got %v, %v", ok, err)
	}
	if old.Password == before || !strings.HasPrefix(old.Password, "pbkdf2_sha256$") {
		t.Errorf("the hash is still %s", old.Password)
	}
	if err := service.ChangePassword(t.Context(), schemes.Identity{User: &old}, "next"); err != nil {
		t.Errorf("ChangePassword after the upgrade: %v", err)
	}
}
