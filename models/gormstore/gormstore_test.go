package gormstore_test

import (
	"path/filepath"
	"testing"

	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/models/storetest"
)

func TestSQLiteKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return gormtest.SQLite(t) })
}

func TestSQLiteKeepsTheContractWithoutSharedCommits(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		return gormtest.Open(t, gormtest.SQLiteURL(t), func(cfg *gormstore.Config) { cfg.CommitGroup = 1 })
	})
}

func TestPostgresKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store { return gormtest.Postgres(t) })
}

// sqliteURL names a file that does not exist yet.
func sqliteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:///" + filepath.Join(t.TempDir(), "db.sqlite3")
}

func openMigrated(t testing.TB, url string) *gormstore.Store {
	t.Helper()
	s := gormtest.Open(t, url, nil)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	return s
}

// eachURL is, for each database, how to make an empty one.
func eachURL() map[string]func(t testing.TB) string {
	return map[string]func(t testing.TB) string{"sqlite": sqliteURL, "postgres": storetest.PostgresURL}
}
