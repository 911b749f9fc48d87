package gormstore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// fit adopts without a look.
func fit(context.Context) (models.Adoption, error) {
	return models.Adoption{AdoptedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Server: "v1", Found: "{}"}, nil
}

// openDjangos is a database as a Django project leaves it that lacks some of the tables.
func openDjangos(t *testing.T, url string, lacking ...string) *gormstore.Store {
	t.Helper()
	s := openMigrated(t, url)
	load(t, s, everyModel)
	if err := s.LeaveDjangos(t.Context(), lacking...); err != nil {
		t.Fatal(err)
	}
	return s
}

func objectsOf(t *testing.T, s *gormstore.Store) []string {
	t.Helper()
	names, err := s.Objects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestAdoptingMakesOurTablesAndLeavesDjangosAlone(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := openDjangos(t, url)
		before := objectsOf(t, s)
		content := dump(t, s, 0, djangoModels...)
		if err := s.Adopt(t.Context(), fit); err != nil {
			t.Fatal(err)
		}
		isOurs := func(name string) bool { return strings.HasPrefix(name, "watchword_") }
		after := objectsOf(t, s)
		if diff := cmp.Diff(before, slices.DeleteFunc(slices.Clone(after), isOurs)); diff != "" {
			t.Errorf("tables and indexes of Django's (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(content, dump(t, s, 0, djangoModels...)); diff != "" {
			t.Errorf("rows of Django's (-before +after):\n%s", diff)
		}
		for _, name := range after {
			if isOurs(name) && strings.Contains(name, "auth_user") {
				t.Errorf("%s is an index on a table of Django's", name)
			}
		}
		s = gormtest.Open(t, url, nil) // as the server will find it
		if pending, err := s.PendingMigrations(t.Context()); err != nil || len(pending) != 0 {
			t.Errorf("PendingMigrations = %q, %v; want none", pending, err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("Migrate: %v", err)
		}
		want, _ := fit(t.Context())
		if got, err := s.Adoption(t.Context()); err != nil || *got != want {
			t.Errorf("Adoption = %+v, %v; want %+v", got, err, want)
		}
		if err := s.Adopt(t.Context(), fit); !errors.Is(err, models.ErrConflict) {
			t.Errorf("adopting once more = %v, want ErrConflict", err)
		}
	})
}

func TestWhatAnAdoptedDatabaseLacksIsNotDeletedFrom(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		lacking := []string{"authtoken_token", "rest_authtoken_authtoken", "rest_authtoken_emailconfirmationtoken",
			"token_blacklist_blacklistedtoken", "token_blacklist_outstandingtoken", "account_emailconfirmation",
			"django_session", "socialaccount_socialapp_sites", "django_site"}
		s := openDjangos(t, url, lacking...)
		if err := s.Adopt(t.Context(), fit); err != nil {
			t.Fatal(err)
		}
		s = gormtest.Open(t, url, nil)
		now := time.Now()
		sweep := func(fn func(context.Context, time.Time, int) (int, error)) error {
			_, err := fn(t.Context(), now, 10)
			return err
		}
		_, noSite := s.Site(t.Context(), 1)
		_, noToken := s.DeleteExpiredLoginTokens(t.Context(), now, now, 10)
		for what, err := range map[string]error{
			"plain tokens":     s.DeletePlainToken(t.Context(), "1"),
			"login tokens":     s.DeleteLoginTokens(t.Context(), "1"),
			"others":           s.DeleteOtherLoginTokens(t.Context(), "1", models.Digest("x")),
			"refresh tokens":   s.BlacklistAll(t.Context(), "1", now, ""),
			"expired tokens":   sweep(s.DeleteExpiredTokens),
			"expired sessions": sweep(s.DeleteExpiredSessions),
			"expired links":    sweep(s.DeleteExpiredConfirmationTokens),
			"expired keys":     sweep(s.DeleteExpiredEmailConfirmations),
			"expired families": sweep(s.DeleteExpiredFamilies),
			"expired logins":   noToken,
		} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !errors.Is(noSite, models.ErrNotFound) {
			t.Errorf("Site = %v, want ErrNotFound", noSite)
		}
	})
}

func TestARefusedAdoptionChangesNothing(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := openDjangos(t, url)
		before := objectsOf(t, s)
		refusal := errors.New("not this one")
		err := s.Adopt(t.Context(), func(context.Context) (models.Adoption, error) { return models.Adoption{}, refusal })
		if !errors.Is(err, refusal) {
			t.Errorf("Adopt = %v, want the refusal", err)
		}
		if diff := cmp.Diff(before, objectsOf(t, s)); diff != "" {
			t.Errorf("(-before +after)\n%s", diff)
		}
		if err := s.Migrate(t.Context()); !errors.Is(err, gormstore.ErrForeignSchema) {
			t.Errorf("Migrate = %v, want ErrForeignSchema", err)
		}
	})
}

func TestADatabaseOfOurOwnIsNotAdopted(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		if err := openMigrated(t, url).Adopt(t.Context(), fit); !errors.Is(err, gormstore.ErrOwnSchema) {
			t.Errorf("Adopt = %v, want ErrOwnSchema", err)
		}
	})
}

func TestOneOfManyAdopts(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		openDjangos(t, url)
		const starters = 4
		errs := make([]error, starters)
		var done sync.WaitGroup
		for i := range errs {
			s := gormtest.Open(t, url, nil)
			done.Go(func() { errs[i] = s.Adopt(t.Context(), fit) })
		}
		done.Wait()
		adopted := 0
		for _, err := range errs {
			switch {
			case err == nil:
				adopted++
			case !errors.Is(err, models.ErrConflict):
				t.Errorf("Adopt = %v, want nil or ErrConflict", err)
			}
		}
		if adopted != 1 {
			t.Errorf("%d adopted, want 1", adopted)
		}
	})
}

func TestTheCatalogueIsThatOfTheDatabase(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := openMigrated(t, url)
		found, err := s.Tables(t.Context(), "auth_user", "django_session", "rest_authtoken_authtoken", "account_emailaddress", "nothing")
		if err != nil || len(found) != 4 {
			t.Fatalf("%d tables, %v; want 4", len(found), err)
		}
		users := found["auth_user"]
		name, login, id := users.Column("username"), users.Column("last_login"), users.Column("id")
		if name == nil || name.Type != models.ColumnText || name.MaxLength != 150 || name.Null || name.Default {
			t.Errorf("username = %+v", name)
		}
		if login == nil || login.Type != models.ColumnDateTime || !login.Null {
			t.Errorf("last_login = %+v", login)
		}
		if id == nil || id.Type != models.ColumnInteger || id.Null || !id.PrimaryKey {
			t.Errorf("id = %+v", id)
		}
		if digest := found["rest_authtoken_authtoken"].Column("hashed_token"); digest == nil || digest.Type != models.ColumnOther {
			t.Errorf("hashed_token = %+v", digest)
		}
		addresses := found["account_emailaddress"]
		for key, want := range map[string]bool{"user_id email": true, "email user_id": true, "email": false, "id": true} {
			if got := addresses.IsUnique(strings.Fields(key)...); got != want {
				t.Errorf("unique (%s) = %v, want %v", key, got, want)
			}
		}
		if !slices.Contains(users.Indexes, "watchword_auth_user_email") {
			t.Errorf("indexes = %q", users.Indexes)
		}
	})
}
