// Package gormtest opens stores for the tests of other packages: real ones, each in a database of its own.
package gormtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"watchword/models/gormstore"
	"watchword/models/storetest"
)

// Open opens a store, which is closed when the test ends. Its statements may take a minute: tests are about what happens,
// not about how fast.
func Open(t testing.TB, url string, change func(*gormstore.Config)) *gormstore.Store {
	t.Helper()
	cfg := gormstore.DefaultConfig()
	cfg.URL, cfg.PoolTimeout, cfg.StatementTimeout = url, time.Minute, time.Minute
	if change != nil {
		change(&cfg)
	}
	store, err := gormstore.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return store
}

// SQLite opens a migrated store in a file of its own.
func SQLite(t testing.TB) *gormstore.Store {
	t.Helper()
	return Open(t, SQLiteURL(t), nil)
}

// Postgres opens a migrated store in a database of its own, or skips the test as storetest.PostgresURL does.
func Postgres(t testing.TB) *gormstore.Store {
	t.Helper()
	return Open(t, PostgresURL(t), nil)
}

// Each runs test on SQLite and on PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, store *gormstore.Store)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { test(t, Open(t, url, nil)) })
}

// EachURL is Each for a test that opens the migrated database itself.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, PostgresURL(t)) })
}

// SQLiteURL makes a migrated database in a file of its own.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db.sqlite3")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:///" + path
}

// PostgresURL makes a migrated database, or skips the test as storetest.PostgresURL does.
func PostgresURL(t testing.TB) string {
	t.Helper()
	url := storetest.PostgresURL(t)
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

func migrate(ctx context.Context, url string) error {
	cfg := gormstore.DefaultConfig()
	cfg.URL = url
	store, err := gormstore.Open(ctx, cfg)
	if err != nil {
		return err
	}
	return errors.Join(store.Migrate(ctx), store.Close())
}

// migrated is the content of a migrated file. Migrating takes longer than most tests, so it is done once, and copied.
var migrated = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "gormtest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "db.sqlite3")
	if err := migrate(context.Background(), "sqlite:///"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
