package gormstore

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"gorm.io/gorm"

	"watchword/models"
	"watchword/models/storetest"
)

// openServer opens a migrated store on a PostgreSQL database of its own, or skips the test.
func openServer(t testing.TB) *Store {
	t.Helper()
	cfg := DefaultConfig()
	cfg.URL = storetest.PostgresURL(t)
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPostgresThatLosesCommitsIsRefused(t *testing.T) {
	s := openServer(t)
	target, err := url.Parse(s.cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	query := target.Query()
	query.Set("synchronous_commit", "off")
	target.RawQuery = query.Encode()
	cfg := s.cfg
	cfg.URL = target.String()
	if lossy, err := Open(t.Context(), cfg); !errors.Is(err, errAsyncCommit) {
		t.Errorf("Open = %v, %v; want errAsyncCommit", lossy, err)
	}
}

func TestPostgresSessionsAreInUTCAndBounded(t *testing.T) {
	s := openServer(t)
	for name, want := range map[string]string{
		"timezone": "UTC", "statement_timeout": "3s", "application_name": "watchword",
	} {
		var got string
		if err := s.reader.Raw("SHOW " + name).Row().Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
	}
	u := &models.User{Username: "u", DateJoined: time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
	if err != nil || got.DateJoined.Location() != time.UTC {
		t.Errorf("date_joined = %v, %v; want UTC", got, err)
	}
}

func TestASlowStatementIsUnavailable(t *testing.T) {
	s := openServer(t)
	s.cfg.StatementTimeout, s.cfg.PoolTimeout = 50*time.Millisecond, 50*time.Millisecond
	for range 2 { // the second on a new connection: the first was given up
		err := s.read(t.Context(), func(db *gorm.DB) error { return db.Exec("SELECT pg_sleep(60)").Error })
		if !errors.Is(err, models.ErrUnavailable) {
			t.Errorf("pg_sleep = %v, want ErrUnavailable", err)
		}
	}
}

func TestLostConnectionsAreUnavailableAndReplaced(t *testing.T) {
	s := openServer(t)
	const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND " +
		"pid <> pg_backend_pid()"
	u := &models.User{Username: "u"}
	err := s.Atomic(t.Context(), func(ctx context.Context) error {
		if err := s.CreateUser(ctx, u); err != nil {
			t.Error(err)
		}
		if err := s.writer.WithContext(t.Context()).Exec(kill).Error; err != nil {
			t.Error(err)
		}
		return s.SetLastLogin(ctx, u.ID, time.Unix(0, 0))
	})
	if !errors.Is(err, models.ErrUnavailable) {
		t.Errorf("Atomic = %v, want ErrUnavailable", err)
	}
	if _, err := s.UserBy(t.Context(), models.UserFieldUsername, "u"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("UserBy = %v, want ErrNotFound: the transaction was lost", err)
	}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Errorf("CreateUser after the loss: %v", err)
	}
}
