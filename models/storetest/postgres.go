package storetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// PostgresURL makes an empty database on the PostgreSQL server that WATCHWORD_TEST_POSTGRES names (a postgres:// URL of
// a role that may create databases), drops it when the test ends, and returns its URL. Without that variable the test
// is skipped, or fails where CI=true promises that nothing is left out.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("WATCHWORD_TEST_POSTGRES")
	if server == "" {
		const missing = "WATCHWORD_TEST_POSTGRES is not set: nothing was tested on PostgreSQL"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("WATCHWORD_TEST_POSTGRES is not a URL")
	}
	name := "watchword_" + strings.ToLower(rand.Text())
	execute(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}

// execute runs one statement on a connection of its own.
func execute(t testing.TB, url, statement string) {
	t.Helper()
	ctx := context.Background() // the test's own has ended when databases are dropped
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("cannot reach the server of WATCHWORD_TEST_POSTGRES: %v", err)
	}
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
	if err := conn.Close(ctx); err != nil {
		t.Error(err)
	}
}
