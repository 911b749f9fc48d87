package auth_test

import (
	"errors"
	"testing"

	"watchword/auth"
	"watchword/models"
)

// both are what is looked for by default.
var both = []auth.IdentityField{"email", "username"}

func TestPeopleAreFoundByTheFieldsInTheirOrder(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	w.user("bob", "bob@example.com")
	w.user("bob@example.com", "eve@example.com") // eve calls herself like bob's address
	w.user("carol", "shared@example.com")
	w.user("dave", "SHARED@example.com")
	w.user("nowhere", "")
	for _, test := range []struct {
		fields      []auth.IdentityField
		ident, want string
	}{
		{both, "BOB@Example.com", "bob"},
		{both, "bob", "bob"},
		{both, "BOB", ""},
		{[]auth.IdentityField{"username", "email"}, "bob@example.com", "bob@example.com"},
		{both, "shared@example.com", ""},
		{both, "carol", "carol"},
		{both, "", ""},
		{both, "bob\x00", ""},
		{[]auth.IdentityField{"email"}, "bob", ""},
		{[]auth.IdentityField{"username"}, "eve@example.com", ""},
	} {
		ids := auth.NewIdentities(auth.IdentityConfig{Fields: test.fields}, w.store)
		got, err := ids.Find(t.Context(), test.ident)
		if test.want == "" {
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%q by %v = %v, %v; want ErrNotFound", test.ident, test.fields, got, err)
			}
			continue
		}
		if err != nil || got.Username != test.want {
			t.Errorf("%q by %v = %v, %v; want %s", test.ident, test.fields, got, err, test.want)
		}
	}
}

func TestWhoeverIsFoundIsMeantAndNobodyElse(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	w.user("bob", "bob@example.com")
	w.user("bob@example.com", "eve@example.com")
	byEmail := []auth.IdentityField{"email"}
	for _, test := range []struct {
		name, ident, password, want string
		cfg                         auth.IdentityConfig
	}{
		{"by address", "Bob@example.com", "Old-pass-of-bob", "bob", auth.IdentityConfig{Fields: both, Only: true}},
		{"not by the password of who is called so", "bob@example.com", "Old-pass-of-bob@example.com", "", auth.IdentityConfig{Fields: both}},
		{"by another name, if that is allowed", "bob", "Old-pass-of-bob", "bob", auth.IdentityConfig{Fields: byEmail}},
		{"by nothing else, if it is not", "bob", "Old-pass-of-bob", "", auth.IdentityConfig{Fields: byEmail, Only: true}},
		{"wrong", "bob", "wrong", "", auth.IdentityConfig{Fields: both}},
		{"nobody", "nobody", "wrong", "", auth.IdentityConfig{Fields: both}},
	} {
		core := w.core.ByIdentity(auth.NewIdentities(test.cfg, w.store))
		u, err := core.Authenticate(t.Context(), test.ident, test.password)
		switch {
		case test.want == "" && !errors.Is(err, auth.ErrInvalidCredentials):
			t.Errorf("%s: got %v, %v; want ErrInvalidCredentials", test.name, u, err)
		case test.want != "" && (err != nil || u.Username != test.want):
			t.Errorf("%s: got %v, %v; want %s", test.name, u, err, test.want)
		}
	}
	if _, err := w.core.Authenticate(t.Context(), "Bob@example.com", "Old-pass-of-bob"); err == nil {
		t.Error("the core itself changed")
	}
}

func TestIdentityFieldsAreNamesOrAddresses(t *testing.T) {
	var f auth.IdentityField
	if err := f.UnmarshalText([]byte("phone")); err == nil {
		t.Error("phone is accepted")
	}
	if err := f.UnmarshalText([]byte("email")); err != nil || f != "email" {
		t.Errorf("email: %v, %v", f, err)
	}
	if err := (auth.IdentityConfig{}).Validate(); err == nil {
		t.Error("no fields are accepted")
	}
}
