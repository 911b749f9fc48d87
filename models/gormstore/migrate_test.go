package gormstore_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/models/storetest"
)

// everyDatabase runs test with the URL of a fresh SQLite file and of a fresh PostgreSQL database.
func everyDatabase(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteURL(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, storetest.PostgresURL(t)) })
}

func TestPendingMigrationsAreNamedAndNothingIsChanged(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := gormtest.Open(t, url, nil)
		want := []string{"0001_django_schema.sql", "0002_lookup_indexes.sql", "0003_outbox.sql", "0004_rest_authtoken.sql",
			"0005_pending_activation.sql", "0006_logins_ended.sql", "0007_refresh_families.sql", "0008_webhooks.sql"}
		if strings.HasPrefix(url, "postgres") {
			want = append(want, "0009_throttle.sql") // on SQLite memory does
		}
		want = append(want, "0010_account_changes.sql", "0011_spared_login.sql", "0012_audit.sql", "0014_adoption.sql")
		for range 2 {
			got, err := s.PendingMigrations(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("PendingMigrations (-want +got):\n%s", diff)
			}
		}
		plan, err := s.MigrationPlan(t.Context())
		if err != nil || len(plan) != len(want) || !strings.Contains(plan[0].SQL, "CREATE TABLE") {
			t.Errorf("MigrationPlan = %d steps, %v; want %d with their SQL", len(plan), err, len(want))
		}
		if err := s.DumpFixtures(t.Context(), &strings.Builder{}, nil, 0); err == nil {
			t.Error("there are tables already")
		}
		for range 2 {
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.PendingMigrations(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("after Migrate: %q, %v; want none", got, err)
		}
	})
}

func TestManyMayMigrateAtOnce(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		const starters = 6
		stores := make([]*gormstore.Store, starters)
		for i := range stores {
			stores[i] = gormtest.Open(t, url, nil)
		}
		var done sync.WaitGroup
		for _, s := range stores {
			done.Go(func() {
				if err := s.Migrate(t.Context()); err != nil {
					t.Errorf("Migrate: %v", err)
				}
				if pending, err := s.PendingMigrations(t.Context()); err != nil || len(pending) != 0 {
					t.Errorf("PendingMigrations = %q, %v; want none", pending, err)
				}
			})
		}
		done.Wait()
		var dump strings.Builder
		if err := stores[0].DumpFixtures(t.Context(), &dump, nil, 0); err != nil {
			t.Fatal(err)
		}
		for model, want := range map[string]int{"contenttypes.contenttype": 19, "auth.permission": 76, "sites.site": 1} {
			if got := strings.Count(dump.String(), `"model": "`+model+`"`); got != want {
				t.Errorf("%d rows of %s, want %d", got, model, want)
			}
		}
	})
}

func TestADjangoProjectsDatabaseIsLeftAlone(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := openMigrated(t, url)
		if err := s.ForgetMigrations(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); !errors.Is(err, gormstore.ErrForeignSchema) {
			t.Errorf("Migrate = %v, want ErrForeignSchema", err)
		}
		if _, err := s.PendingMigrations(t.Context()); !errors.Is(err, gormstore.ErrForeignSchema) {
			t.Errorf("PendingMigrations = %v, want ErrForeignSchema", err)
		}
	})
}

func TestAnInterruptedMigrationIsFinishedByTheNext(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := gormtest.Open(t, url, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Migrate(ctx); err == nil {
			t.Error("Migrate succeeded with a cancelled context")
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("Migrate: %v", err)
		}
	})
}
