package gormstore

import (
	"strings"
	"testing"
	"time"
)

func TestDatabaseURLsAreUnderstood(t *testing.T) {
	cases := []struct {
		url  string
		want databaseURL
	}{
		{"sqlite:///db.sqlite3", databaseURL{sqlitePath: "db.sqlite3"}},
		{"sqlite:///data/db.sqlite3", databaseURL{sqlitePath: "data/db.sqlite3"}},
		{"sqlite:////var/lib/db.sqlite3", databaseURL{sqlitePath: "/var/lib/db.sqlite3"}},
		{"sqlite3:////var/lib/my%20data%23.db", databaseURL{sqlitePath: "/var/lib/my data#.db"}},
		{"sqlite://:memory:", databaseURL{sqlitePath: memory}},
		{"sqlite:///:memory:", databaseURL{sqlitePath: memory}},
		{"postgres://u:p@h:5432/db?sslmode=disable", databaseURL{postgresURL: "postgres://u:p@h:5432/db?sslmode=disable"}},
		{"postgresql:///db?host=/run/postgresql", databaseURL{postgresURL: "postgresql:///db?host=/run/postgresql"}},
	}
	for _, c := range cases {
		if got, err := parseURL(c.url); err != nil || got != c.want {
			t.Errorf("parseURL(%q) = %+v, %v; want %+v", c.url, got, err, c.want)
		}
	}
}

func TestBadSettingsAreReportedTogetherAndKeepThePassword(t *testing.T) {
	for _, url := range []string{
		"", "db.sqlite3", "sqlite:db", "sqlite://", "sqlite:///", "sqlite://db", "sqlite:///dir/", "sqlite:///a%zz",
		"sqlite:///a%3Fb", "mysql://u:s3cret@h/db", "postgres://u:s3cret@h:port/db", "postgres://u:s3cret%zz@h/db",
		"postgres://u:s3cret#x@h/%",
	} {
		cfg := DefaultConfig()
		cfg.URL = url
		err := cfg.Validate()
		if err == nil || !strings.HasPrefix(err.Error(), "DATABASE_URL: ") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("Validate with %q = %v", url, err)
		}
	}
	bad := Config{URL: "x", MaxIdleConns: -1, ConnMaxAge: -time.Second}
	for _, name := range []string{
		"DATABASE_URL", "DATABASE_MAX_CONNS", "DATABASE_MAX_IDLE_CONNS", "CONN_MAX_AGE", "DATABASE_POOL_TIMEOUT",
		"DATABASE_STATEMENT_TIMEOUT", "DATABASE_COMMIT_GROUP", "DATABASE_LOOKUP_GROUP",
	} {
		if err := bad.Validate(); !strings.Contains(err.Error(), name+": ") {
			t.Errorf("Validate does not name %s: %v", name, err)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}

func TestAnErrorOfOpenKeepsThePassword(t *testing.T) {
	for _, url := range []string{
		"postgres://u:s3cret@127.0.0.1:1/db?connect_timeout=1",
		"postgres://u@127.0.0.1:1/db?password=s3cret&connect_timeout=1",
		"postgres://u:s3cret@127.0.0.1:1/db?sslmode=maybe",
		"postgres://u:s3cret@127.0.0.1:1/db?default_query_exec_mode=s3cret",
	} {
		cfg := DefaultConfig()
		cfg.URL = url
		s, err := Open(t.Context(), cfg)
		if err == nil {
			t.Errorf("Open(%q) succeeded: %v", url, s.Close())
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("Open(%q) = %v", url, err)
		}
	}
}
