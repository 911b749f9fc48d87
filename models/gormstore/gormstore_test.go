package gormstore_test

import (
	"path/filepath"
	"testing"
	"time"

	"watchword/models/gormstore"
	"watchword/models/storetest"
)

func TestSQLiteKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return openSQLite(t) })
}

func TestSQLiteKeepsTheContractWithoutSharedCommits(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		s := openWith(t, sqliteURL(t), func(cfg *gormstore.Config) { cfg.CommitGroup = 1 })
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestPostgresKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return openPostgres(t) })
}

// openSQLite opens a migrated store in a file of its own.
func openSQLite(t testing.TB) *gormstore.Store {
	t.Helper()
	return openMigrated(t, sqliteURL(t))
}

// openPostgres opens a migrated store in a database of its own, or skips the test.
func openPostgres(t testing.TB) *gormstore.Store {
	t.Helper()
	return openMigrated(t, storetest.PostgresURL(t))
}

// sqliteURL names a file that does not exist yet.
func sqliteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:///" + filepath.Join(t.TempDir(), "db.sqlite3")
}

func openMigrated(t testing.TB, url string) *gormstore.Store {
	t.Helper()
	s := open(t, url)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	return s
}

func open(t testing.TB, url string) *gormstore.Store {
	t.Helper()
	return openWith(t, url, func(*gormstore.Config) {})
}

// openWith is open with other settings.
func openWith(t testing.TB, url string, set func(*gormstore.Config)) *gormstore.Store {
	t.Helper()
	cfg := gormstore.DefaultConfig()
	cfg.URL = url
	cfg.PoolTimeout, cfg.StatementTimeout = time.Minute, time.Minute // races are about who wins, not about how fast
	set(&cfg)
	s, err := gormstore.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// eachURL is, for each database, how to make an empty one.
func eachURL() map[string]func(t testing.TB) string {
	return map[string]func(t testing.TB) string{"sqlite": sqliteURL, "postgres": storetest.PostgresURL}
}
