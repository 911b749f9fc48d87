package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// cheap hashers: what is tested here is who gets in, not how long it takes.
func cheap() password.Config {
	cfg := password.DefaultConfig()
	cfg.Hashers = []string{"pbkdf2_sha256", "md5"}
	cfg.PBKDF2Iterations = 1
	return cfg
}

func newService(t *testing.T) (*auth.Service, *gormstore.Store) {
	t.Helper()
	store := gormtest.SQLite(t)
	passwords, err := password.NewRegistry(cheap())
	if err != nil {
		t.Fatal(err)
	}
	core := auth.DefaultConfig()
	core.Now = func() time.Time { return now }
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	return auth.New(core, auth.Deps{Store: store, Passwords: passwords, Log: log}), store
}

func mustCreate(t *testing.T, s *auth.Service, username, password string) *models.User {
	t.Helper()
	u, err := s.CreateUser(t.Context(), auth.NewUser{Username: username, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAuthenticate(t *testing.T) {
	service, store := newService(t)
	mustCreate(t, service, "alice", "alice-pw")
	mustCreate(t, service, "Twin", "twin-1")
	mustCreate(t, service, "twin", "twin-2")
	for _, u := range []models.User{
		{Username: "disabled", Password: "md5$salt$" + md5Of("salt", "disabled-pw"), DateJoined: now},
		{Username: "unusable", Password: "!abc", IsActive: true, DateJoined: now},
		{Username: "garbage", Password: "what is this", IsActive: true, DateJoined: now},
	} {
		if err := store.CreateUser(t.Context(), &u); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ name, username, password, want string }{
		{"right", "alice", "alice-pw", "alice"},
		{"another case of the name", "ALICE", "alice-pw", "alice"},
		{"wrong password", "alice", "x", ""},
		{"another case of the password", "alice", "ALICE-PW", ""},
		{"empty password", "alice", "", ""},
		{"unknown", "nobody", "alice-pw", ""},
		{"empty name", "", "alice-pw", ""},
		{"disabled", "disabled", "disabled-pw", ""},
		{"unusable password", "unusable", "!abc", ""},
		{"garbage for a hash", "garbage", "what is this", ""},
		{"the exact one of two that differ in case", "twin", "twin-2", "twin"},
		{"the other one's password", "twin", "twin-1", ""},
		{"neither of two that differ in case", "TWIN", "twin-1", ""},
		{"a wildcard is no wildcard", "a%", "alice-pw", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := service.Authenticate(t.Context(), tt.username, tt.password)
			switch {
			case tt.want == "" && !errors.Is(err, auth.ErrInvalidCredentials):
				t.Fatalf("got %v, %v, want ErrInvalidCredentials", u, err)
			case tt.want != "" && err != nil:
				t.Fatal(err)
			case tt.want != "" && u.Username != tt.want:
				t.Fatalf("got %s, want %s", u.Username, tt.want)
			}
		})
	}
}

func TestAuthenticateHashesAnew(t *testing.T) {
	service, store := newService(t)
	old := models.User{Username: "old", Password: "md5$salt$" + md5Of("salt", "old-pw"), IsActive: true, DateJoined: now}
	if err := store.CreateUser(t.Context(), &old); err != nil {
		t.Fatal(err)
	}
	u, err := service.Authenticate(t.Context(), "old", "old-pw")
	if err != nil {
		t.Fatal(err)
	}
	stored, err := store.UserBy(t.Context(), models.UserFieldID, string(old.ID))
	if err != nil {
		t.Fatal(err)
	}
	if stored.Password == old.Password {
		t.Error("the stored hash is still the old one")
	}
	if u.Password != stored.Password {
		t.Error("the returned user does not have the stored hash")
	}
	if _, err := service.Authenticate(t.Context(), "old", "old-pw"); err != nil {
		t.Errorf("after the upgrade: %v", err)
	}
}

func TestAuthenticateBackends(t *testing.T) {
	service, store := newService(t)
	mustCreate(t, service, "alice", "alice-pw")
	passwords, err := password.NewRegistry(cheap())
	if err != nil {
		t.Fatal(err)
	}
	exact := auth.New(auth.Config{Backends: []auth.Backend{auth.ModelBackend}},
		auth.Deps{Store: store, Passwords: passwords, Log: slog.Default()})
	if _, err := exact.Authenticate(t.Context(), "ALICE", "alice-pw"); !errors.Is(err, auth.ErrInvalidCredentials) {
		t.Errorf("model backend, another case: got %v, want ErrInvalidCredentials", err)
	}
	if _, err := exact.Authenticate(t.Context(), "alice", "alice-pw"); err != nil {
		t.Errorf("model backend, exact name: %v", err)
	}
}

func TestCreateUser(t *testing.T) {
	service, _ := newService(t)
	u, err := service.CreateUser(t.Context(), auth.NewUser{
		Username: "ﬁrst", Email: "First@EXAMPLE.com", Password: "pw", Superuser: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if u.ID == "" || u.Username != "first" || u.Email != "First@example.com" || !u.IsStaff || !u.IsSuperuser || !u.IsActive {
		t.Errorf("got %+v", u)
	}
	for name, want := range map[string]error{
		"first": auth.ErrUsernameTaken, "": auth.ErrUsernameInvalid, "a b": auth.ErrUsernameInvalid,
		"a\x00": auth.ErrUsernameInvalid, string(make([]byte, 151)): auth.ErrUsernameInvalid,
	} {
		if _, err := service.CreateUser(t.Context(), auth.NewUser{Username: name, Password: "pw"}); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", name, err, want)
		}
	}
}

func TestCreateUserHasOneWinner(t *testing.T) {
	service, _ := newService(t)
	const callers = 16
	var wg sync.WaitGroup
	results := make(chan error, callers)
	for range callers {
		wg.Go(func() {
			_, err := service.CreateUser(context.WithoutCancel(t.Context()), auth.NewUser{Username: "same", Password: "pw"})
			results <- err
		})
	}
	wg.Wait()
	close(results)
	winners := 0
	for err := range results {
		switch {
		case err == nil:
			winners++
		case !errors.Is(err, auth.ErrUsernameTaken):
			var busy interface{ RetryAfter() time.Duration }
			if !errors.As(err, &busy) {
				t.Errorf("got %v, want ErrUsernameTaken", err)
			}
		}
	}
	if winners != 1 {
		t.Errorf("got %d winners, want 1", winners)
	}
}

func TestSetPasswordRefusesAStaleUser(t *testing.T) {
	service, _ := newService(t)
	u := mustCreate(t, service, "alice", "first")
	stale := *u
	if err := service.SetPassword(t.Context(), u, "second"); err != nil {
		t.Fatal(err)
	}
	if err := service.SetPassword(t.Context(), &stale, "third"); !errors.Is(err, auth.ErrPasswordChanged) {
		t.Errorf("got %v, want ErrPasswordChanged", err)
	}
	if _, err := service.Authenticate(t.Context(), "alice", "second"); err != nil {
		t.Errorf("the first change is lost: %v", err)
	}
}

// scheme issues a fixed grant, or fails.
type scheme struct {
	schemes.Scheme
	err error
}

func (scheme) Name() string { return "test" }

func (s scheme) Issue(*http.Request, *models.User) (schemes.Grant, error) {
	return schemes.Grant{Access: "a"}, s.err
}

func TestLoginRecordsTheLastLogin(t *testing.T) {
	service, store := newService(t)
	u := mustCreate(t, service, "alice", "pw")
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", nil)
	broken := errors.New("broken")
	steps := []struct {
		name    string
		service *auth.Service
		issue   error
		want    *time.Time
	}{
		{"not asked to", service, nil, nil},
		{"asked to, but nothing was issued", service.Recording(), broken, nil},
		{"asked to", service.Recording(), nil, &now},
	}
	for _, step := range steps {
		grant, err := step.service.Login(r, scheme{err: step.issue}, u)
		if !errors.Is(err, step.issue) || err == nil && grant.Access != "a" {
			t.Errorf("%s: got %v, %v", step.name, grant, err)
		}
		stored, err := store.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case step.want == nil && stored.LastLogin != nil:
			t.Errorf("%s: last login %v, want none", step.name, stored.LastLogin)
		case step.want != nil && (stored.LastLogin == nil || !stored.LastLogin.Equal(*step.want)):
			t.Errorf("%s: last login %v, want %v", step.name, stored.LastLogin, step.want)
		}
	}
}
