package gormstore

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// openTemporary opens a migrated SQLite store whose waits are short.
func openTemporary(t testing.TB, path string) *Store {
	t.Helper()
	cfg := DefaultConfig()
	cfg.URL = "sqlite:///" + path
	cfg.PoolTimeout, cfg.StatementTimeout = 200*time.Millisecond, 200*time.Millisecond
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

func temporaryFile(t testing.TB) string { return filepath.Join(t.TempDir(), "db.sqlite3") }

func TestSQLiteIsOpenedForDurableWrites(t *testing.T) {
	s := openTemporary(t, temporaryFile(t))
	cases := []struct {
		db           *gorm.DB
		pragma, want string
	}{
		{s.writer, "journal_mode", "wal"},
		{s.writer, "synchronous", "2"}, // FULL
		{s.writer, "foreign_keys", "1"},
		{s.writer, "busy_timeout", "200"},
		{s.writer, "query_only", "0"},
		{s.reader, "query_only", "1"},
		{s.reader, "busy_timeout", "200"},
	}
	for _, c := range cases {
		var got string
		if err := c.db.Raw("PRAGMA " + c.pragma).Row().Scan(&got); err != nil || got != c.want {
			t.Errorf("%s = %q, %v; want %q", c.pragma, got, err, c.want)
		}
	}
	if err := s.reader.Exec("DELETE FROM auth_user").Error; err == nil {
		t.Error("a reader could write")
	}
}

func TestTheFileIsItsOwnersOnly(t *testing.T) {
	path := temporaryFile(t)
	openTemporary(t, path)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("the mode of the file%s is %o, want 600", suffix, got)
		}
	}
}

func TestAFileThatCannotBeWrittenIsNotCalledMissing(t *testing.T) {
	path := temporaryFile(t)
	if err := os.Mkdir(path, 0o700); err != nil { // even root cannot write it
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.URL = "sqlite:///" + path
	if s, err := Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "open "+path+": is a directory") {
		t.Errorf("opened %v: %v", s, err)
	}
}

func TestAPathMayHoldAnyCharacter(t *testing.T) {
	dir := t.TempDir()
	openTemporary(t, (&url.URL{Path: filepath.Join(dir, "my data #1 &%41.db")}).EscapedPath())
	if _, err := os.Stat(filepath.Join(dir, "my data #1 &%41.db")); err != nil {
		t.Error(err)
	}
}

func TestDateTimesAreWrittenAsDjangoWritesThem(t *testing.T) {
	s := openTemporary(t, temporaryFile(t))
	berlin := time.FixedZone("CET", 3600)
	cases := []struct {
		at   time.Time
		want string
	}{
		{time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), "2024-01-02 03:04:05"},
		{time.Date(2024, 1, 2, 3, 4, 5, 123456789, time.UTC), "2024-01-02 03:04:05.123456"},
		{time.Date(2024, 1, 2, 3, 4, 5, 120000000, time.UTC), "2024-01-02 03:04:05.120000"},
		{time.Date(2024, 1, 2, 3, 4, 5, 999, time.UTC), "2024-01-02 03:04:05"},
		{time.Date(2024, 1, 1, 0, 30, 0, 0, berlin), "2023-12-31 23:30:00"},
		{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "0001-01-01 00:00:00"},
	}
	u := &models.User{Username: "u", DateJoined: cases[0].at, IsActive: true}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if err := s.SetLastLogin(t.Context(), u.ID, c.at); err != nil {
			t.Fatal(err)
		}
		var got, joined, active string
		err := s.reader.Raw("SELECT last_login || '', date_joined || '', typeof(is_active) || is_active FROM auth_user").
			Row().Scan(&got, &joined, &active)
		if err != nil || got != c.want {
			t.Errorf("%v is stored as %q, %v; want %q", c.at, got, err, c.want)
		}
		if joined != cases[0].want || active != "integer1" {
			t.Errorf("date_joined = %q and is_active = %q", joined, active)
		}
	}
	for _, year := range []int{-1, 0, 10000} {
		err := s.SetLastLogin(t.Context(), u.ID, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		if !errors.Is(err, ErrInvalidValue) {
			t.Errorf("the year %d: %v, want ErrInvalidValue", year, err)
		}
	}
}

func TestDateTimesAreReadInEveryForm(t *testing.T) {
	s := openTemporary(t, temporaryFile(t))
	u := &models.User{Username: "u"}
	u.DateJoined = time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]time.Time{
		"2024-01-02 03:04:05":              time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		"2024-01-02 03:04:05.123456":       time.Date(2024, 1, 2, 3, 4, 5, 123456000, time.UTC),
		"2024-01-02 03:04:05.120000":       time.Date(2024, 1, 2, 3, 4, 5, 120000000, time.UTC),
		"2024-01-02 03:04:05.12":           time.Date(2024, 1, 2, 3, 4, 5, 120000000, time.UTC),
		"2024-01-02 03:04:05+00:00":        time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		"2024-01-02 03:04:05.123456+00:00": time.Date(2024, 1, 2, 3, 4, 5, 123456000, time.UTC),
		"2024-01-02T03:04:05Z":             time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
		"0001-01-01 00:00:00":              time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		"9999-12-31 23:59:59.999999":       time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
	} {
		if err := s.writer.Exec("UPDATE auth_user SET last_login = ?", text).Error; err != nil {
			t.Fatal(err)
		}
		got, err := s.UserBy(t.Context(), models.UserFieldUsername, "u")
		if err != nil || got.LastLogin == nil || !got.LastLogin.Equal(want) || got.LastLogin.Location() != time.UTC {
			t.Errorf("%q is read as %v, %v; want %v", text, got.LastLogin, err, want)
		}
	}
}

func TestADatabaseInMemoryIsOne(t *testing.T) {
	cfg := DefaultConfig()
	cfg.URL = "sqlite://:memory:"
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	u := &models.User{Username: "u"}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID)); err != nil {
		t.Error(err)
	}
}
