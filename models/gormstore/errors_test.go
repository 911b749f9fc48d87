package gormstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"watchword/models"
)

func TestErrorsAreTranslated(t *testing.T) {
	unknown := errors.New("unknown")
	cases := []struct {
		err, want error
	}{
		{nil, nil},
		{unknown, unknown},
		{gorm.ErrRecordNotFound, models.ErrNotFound},
		{sql.ErrNoRows, models.ErrNotFound},
		{sql.ErrConnDone, models.ErrUnavailable},
		{fmt.Errorf("in a transaction: %w", pgconn.ErrConnClosed), models.ErrUnavailable},
		{context.DeadlineExceeded, models.ErrUnavailable},
		{context.Canceled, context.Canceled},
		{fmt.Errorf("in fn: %w", models.ErrConflict), models.ErrConflict},
		{&pgconn.PgError{Code: "23505"}, models.ErrConflict},
		{&pgconn.PgError{Code: "23503"}, models.ErrNotFound},
		{&pgconn.PgError{Code: "22021"}, ErrInvalidValue},
		{&pgconn.PgError{Code: "22001"}, ErrInvalidValue},
		{&pgconn.PgError{Code: "57014"}, models.ErrUnavailable},
		{&pgconn.PgError{Code: "57P01"}, models.ErrUnavailable},
		{&pgconn.PgError{Code: "53300"}, models.ErrUnavailable},
		{&pgconn.PgError{Code: "25006"}, models.ErrUnavailable},
		{&pgconn.PgError{Code: "40P01"}, models.ErrUnavailable},
	}
	for _, c := range cases {
		if got := translate(c.err); !errors.Is(got, c.want) {
			t.Errorf("translate(%v) = %v, want %v", c.err, got, c.want)
		}
	}
	for _, state := range []string{"42P01", "28P01", "", "4"} {
		if kind := postgresKind(state); kind != nil {
			t.Errorf("postgresKind(%q) = %v, want nil", state, kind)
		}
	}
}

func TestAFullDiskIsUnavailable(t *testing.T) {
	s := openTemporary(t, temporaryFile(t))
	var pages int
	if err := s.writer.Raw("PRAGMA page_count").Row().Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if err := s.writer.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Error; err != nil {
		t.Fatal(err)
	}
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		err = s.CreateUser(t.Context(), &models.User{Username: fmt.Sprint(i), Password: fmt.Sprintf("%500d", i)})
	}
	if !errors.Is(err, models.ErrUnavailable) {
		t.Errorf("CreateUser = %v, want ErrUnavailable", err)
	}
	if _, err := s.UserBy(t.Context(), models.UserFieldUsername, "0"); err != nil {
		t.Errorf("reads stopped too: %v", err)
	}
	if err := s.writer.Exec("PRAGMA max_page_count = 100000").Error; err != nil {
		t.Fatal(err)
	}
	if err := s.CreateUser(t.Context(), &models.User{Username: "again"}); err != nil {
		t.Errorf("writes did not resume: %v", err)
	}
}

func TestAnEndlessQueryIsCutOff(t *testing.T) {
	const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
	s := openTemporary(t, temporaryFile(t))
	for name, run := range map[string]func(context.Context, func(*gorm.DB) error) error{"read": s.read, "write": s.write} {
		err := run(t.Context(), func(db *gorm.DB) error {
			var n int
			return db.Raw(endless).Row().Scan(&n)
		})
		if !errors.Is(err, models.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", name, err)
		}
		if err := s.CreateUser(t.Context(), &models.User{Username: name}); err != nil {
			t.Errorf("after the %s: %v", name, err)
		}
		if _, err := s.UserBy(t.Context(), models.UserFieldUsername, name); err != nil {
			t.Errorf("after the %s: %v", name, err)
		}
	}
}

func TestAWriterThatWaitsTooLongIsTold(t *testing.T) {
	path := temporaryFile(t)
	s, other := openTemporary(t, path), openTemporary(t, path)
	create := func(ctx context.Context, s *Store) error { return s.CreateUser(ctx, &models.User{Username: "late"}) }
	err := other.Atomic(t.Context(), func(context.Context) error {
		calls := map[string]error{
			"a write while another process writes":       create(t.Context(), s),
			"a transaction while another process writes": s.Atomic(t.Context(), func(ctx context.Context) error { return create(ctx, s) }),
			"a write that needs the busy connection":     create(t.Context(), other),
			"a transaction that needs it":                other.Atomic(t.Context(), func(ctx context.Context) error { return create(ctx, other) }),
		}
		for what, err := range calls {
			if !errors.Is(err, models.ErrUnavailable) {
				t.Errorf("%s: %v, want ErrUnavailable", what, err)
			}
		}
		if _, err := s.UserBy(t.Context(), models.UserFieldUsername, "late"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a read meanwhile: %v, want ErrNotFound", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := create(t.Context(), s); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}
