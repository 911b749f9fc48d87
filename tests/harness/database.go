package harness

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "github.com/mattn/go-sqlite3"    // the driver "sqlite3"
)

// postgresVariable names a PostgreSQL server on which databases may be created, as a postgres:// address.
const postgresVariable = "WATCHWORD_TEST_POSTGRES"

// Database is a database of one test: migrated, and otherwise empty.
type Database struct {
	Name string // "sqlite" or "postgres"
	URL  string // as the server takes it
	Path string // the file, SQLite only

	driver, source string
}

// EachDatabase runs test once for SQLite and once for PostgreSQL, in parallel.
func EachDatabase(t *testing.T, test func(t *testing.T, db Database)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// EachEmptyDatabase is EachDatabase with databases in which there is nothing.
func EachEmptyDatabase(t *testing.T, test func(t *testing.T, db Database)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqlite(t, nil))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t, func() (string, error) { return "template1", nil }))
	})
}

// SQLite makes a database in a temporary folder.
func SQLite(t testing.TB) Database {
	t.Helper()
	content, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return sqlite(t, content)
}

// sqlite makes a database of what is in its file.
func sqlite(t testing.TB, content []byte) Database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db.sqlite3")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return Database{Name: "sqlite", URL: "sqlite:///" + path, Path: path,
		driver: "sqlite3", source: "file:" + path + "?_busy_timeout=60000"}
}

// Postgres makes a database and drops it when the test ends.
func Postgres(t testing.TB) Database {
	t.Helper()
	return postgres(t, postgresTemplate)
}

// postgres makes a database that is a copy of another.
func postgres(t testing.TB, original func() (string, error)) Database {
	t.Helper()
	server := os.Getenv(postgresVariable)
	if server == "" {
		Missing(t, "a PostgreSQL server ("+postgresVariable+" is not set)")
	}
	template, err := original()
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "watchword_test_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	address, err := databaseAt(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return Database{Name: "postgres", URL: address, driver: "pgx", source: address}
}

// Clear makes the database empty: no table is left.
func (d Database) Clear(t testing.TB) {
	t.Helper()
	if d.Path != "" {
		if err := os.Remove(d.Path); err != nil {
			t.Fatal(err)
		}
		return
	}
	if _, err := d.Open(t).ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		t.Fatal(err)
	}
}

// Open opens the database beside the server, to look at rows. It is closed when the test ends.
func (d Database) Open(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open(d.driver, d.source)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Count runs a query that gives one number.
func Count(t testing.TB, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
