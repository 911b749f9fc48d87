package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/models"
	"watchword/models/gormstore"
)

// counting counts the hashes that are made of passwords.
type counting struct {
	auth.Passwords
	checks, dummies int
}

func (c *counting) Check(ctx context.Context, password, encoded string) (ok, rehash bool, err error) {
	c.checks++
	return c.Passwords.Check(ctx, password, encoded)
}

func (c *counting) Dummy(ctx context.Context, password string) error {
	c.dummies++
	return c.Passwords.Dummy(ctx, password)
}

// configured returns a core over store, and the counter of its hashes.
func configured(t *testing.T, store *gormstore.Store, change func(*auth.Config)) (*auth.Service, *counting) {
	t.Helper()
	registry, err := password.NewRegistry(cheap())
	if err != nil {
		t.Fatal(err)
	}
	validators, err := password.NewValidators(password.DefaultValidators())
	if err != nil {
		t.Fatal(err)
	}
	cfg := auth.DefaultConfig()
	change(&cfg)
	passwords := &counting{Passwords: registry}
	return auth.New(cfg, auth.Deps{Store: store, Passwords: passwords, Validators: validators, Log: slog.Default()}), passwords
}

func addEmail(t *testing.T, store *gormstore.Store, u *models.User, email string, verified bool) {
	t.Helper()
	if _, err := store.LoadFixtures(t.Context(), strings.NewReader(fmt.Sprintf(
		`[{"model": "account.emailaddress", "fields": {"user": %s, "email": %q, "verified": %t, "primary": false}}]`,
		u.ID, email, verified))); err != nil {
		t.Fatal(err)
	}
}

func TestAuthenticateByMethod(t *testing.T) {
	service, store := newService(t)
	create := func(username, email string) *models.User {
		u, err := service.CreateUser(t.Context(), auth.NewUser{Username: username, Email: email, Password: username + "-pw"})
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	alice := create("alice", "alice@example.com")
	create("squatter", "owned@example.com")
	owner := create("owner", "")
	create("twin1", "twin@example.com")
	create("twin2", "twin@example.com")
	create("alice@example.com", "") // a name that is somebody else's address
	addEmail(t, store, alice, "second@example.com", false)
	addEmail(t, store, owner, "owned@example.com", true)

	tests := []struct {
		name            string
		method          auth.Method
		byEmail         bool
		identifier, who string // whose password
		want            string
	}{
		{"name", auth.ByUsername, false, "alice", "alice", "alice"},
		{"name in capitals", auth.ByUsername, false, "ALICE", "alice", "alice"},
		{"address for a name", auth.ByUsername, false, "owned@example.com", "owner", ""},
		{"address", auth.ByUsername, true, "owned@example.com", "owner", ""},

		{"address", auth.ByEmail, true, "owned@example.com", "owner", "owner"},
		{"address in capitals", auth.ByEmail, true, "OWNED@Example.COM", "owner", "owner"},
		{"address for a name", auth.ByEmail, false, "owned@example.com", "owner", "owner"},
		{"another address", auth.ByEmail, true, "second@example.com", "alice", "alice"},
		{"who has proved an address shuts out who claims it", auth.ByEmail, true, "owned@example.com", "squatter", ""},
		{"each of two who claim an address", auth.ByEmail, true, "twin@example.com", "twin1", "twin1"},
		{"each of two who claim an address, the other", auth.ByEmail, true, "twin@example.com", "twin2", "twin2"},
		{"the exact name, by the model backend", auth.ByEmail, false, "alice", "alice", "alice"},
		{"a name in capitals", auth.ByEmail, false, "ALICE", "alice", ""},
		{"no address", auth.ByEmail, true, "", "alice", ""},

		{"address", auth.ByUsernameOrEmail, true, "owned@example.com", "owner", "owner"},
		{"address for a name", auth.ByUsernameOrEmail, false, "owned@example.com", "owner", "owner"},
		{"name in capitals", auth.ByUsernameOrEmail, false, "ALICE", "alice", "alice"},
		{"a name that is an address does not lock its owner out", auth.ByUsernameOrEmail, false, "alice@example.com",
			"alice", "alice"},
		{"nor is it locked out", auth.ByUsernameOrEmail, false, "alice@example.com", "alice@example.com", "alice@example.com"},
		{"somebody else's password", auth.ByUsernameOrEmail, false, "alice@example.com", "owner", ""},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.method, "/", tt.name), func(t *testing.T) {
			service, _ := configured(t, store, func(c *auth.Config) { c.Method = tt.method })
			authenticate := service.Authenticate
			if tt.byEmail {
				authenticate = service.AuthenticateByEmail
			}
			u, err := authenticate(t.Context(), tt.identifier, tt.who+"-pw")
			switch {
			case tt.want == "" && !errors.Is(err, auth.ErrInvalidCredentials):
				t.Errorf("got %v, %v, want ErrInvalidCredentials", u, err)
			case tt.want != "" && err != nil:
				t.Error(err)
			case tt.want != "" && u.Username != tt.want:
				t.Errorf("got %s, want %s", u.Username, tt.want)
			}
		})
	}
}

func TestAnAttemptMakesOneHashForEachAccountThatItMayMean(t *testing.T) {
	service, store := newService(t)
	for i := range 6 {
		u, err := service.CreateUser(t.Context(), auth.NewUser{Username: fmt.Sprint("many", i), Password: "pw"})
		if err != nil {
			t.Fatal(err)
		}
		addEmail(t, store, u, "many@example.com", false)
	}
	mustCreate(t, service, "alice", "alice-pw")
	tests := []struct {
		name, username, password string
		checks, dummies          int
	}{
		{"right", "alice", "alice-pw", 1, 0},
		{"wrong, found by both backends", "alice", "x", 1, 0},
		{"wrong, found by one", "ALICE", "x", 1, 0},
		{"unknown", "nobody", "x", 0, 1},
		{"empty", "", "x", 0, 1},
		{"many who claim one address, up to a bound", "many@example.com", "x", 4, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			service, hashes := configured(t, store, func(c *auth.Config) { c.Method = auth.ByUsernameOrEmail })
			_, err := service.Authenticate(t.Context(), tt.username, tt.password)
			if err != nil && !errors.Is(err, auth.ErrInvalidCredentials) {
				t.Fatal(err)
			}
			if hashes.checks != tt.checks || hashes.dummies != tt.dummies {
				t.Errorf("got %d checks and %d dummies, want %d and %d", hashes.checks, hashes.dummies, tt.checks, tt.dummies)
			}
		})
	}
}

func TestRequireVerifiedEmail(t *testing.T) {
	service, store := newService(t)
	verified, mixed, unverified := mustCreate(t, service, "verified", "x"), mustCreate(t, service, "mixed", "x"),
		mustCreate(t, service, "unverified", "x")
	verified.Email, mixed.Email, unverified.Email = "v@example.com", "M@example.com", "u@example.com"
	addEmail(t, store, verified, "v@example.com", true)
	addEmail(t, store, mixed, "m@example.com", true)
	addEmail(t, store, unverified, "u@example.com", false)
	none := mustCreate(t, service, "none", "x")
	for _, tt := range []struct {
		degree auth.EmailVerification
		user   *models.User
		want   error
	}{
		{auth.VerificationMandatory, verified, nil},
		{auth.VerificationMandatory, mixed, auth.ErrEmailNotVerified},
		{auth.VerificationMandatory, unverified, auth.ErrEmailNotVerified},
		{auth.VerificationMandatory, none, auth.ErrEmailNotVerified},
		{auth.VerificationOptional, unverified, nil},
		{auth.VerificationNone, none, nil},
	} {
		service, _ := configured(t, store, func(c *auth.Config) { c.EmailVerification = tt.degree })
		if err := service.RequireVerifiedEmail(t.Context(), tt.user); !errors.Is(err, tt.want) {
			t.Errorf("%s, %s: got %v, want %v", tt.degree, tt.user.Username, err, tt.want)
		}
	}
}

func TestMethodsAndDegreesAreReadByTheirNames(t *testing.T) {
	for text, ok := range map[string]bool{"username": true, "email": true, "username_email": true, "": false, "Email": false} {
		var m auth.Method
		if err := m.UnmarshalText([]byte(text)); (err == nil) != ok || ok && string(m) != text {
			t.Errorf("Method %q: %q, %v", text, m, err)
		}
	}
	for text, ok := range map[string]bool{"mandatory": true, "optional": true, "none": true, "": false, "yes": false} {
		var v auth.EmailVerification
		if err := v.UnmarshalText([]byte(text)); (err == nil) != ok || ok && string(v) != text {
			t.Errorf("EmailVerification %q: %q, %v", text, v, err)
		}
	}
}
