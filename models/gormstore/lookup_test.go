package gormstore

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"watchword/models"
)

func TestDjangosTimes(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2024-02-29 23:59:59":        time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC),
		"2024-01-02 03:04:05.000001": time.Date(2024, 1, 2, 3, 4, 5, 1000, time.UTC),
		"0001-01-01 00:00:00":        {},
	} {
		if got, ok := djangosTime(text); !ok || got != want {
			t.Errorf("%q = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "2024-01-02", "2023-02-29 00:00:00", "2024-13-01 00:00:00", "2024-01-00 00:00:00",
		"2024-01-02 24:00:00", "2024-01-02 00:60:00", "2024-01-02 00:00:60", "2024-01-02T00:00:00", "2024-01-02 00:00:0x",
		"2024-01-02 00:00:00.00000-", "2024-01-02 00:00:00,000000"} {
		if got, ok := djangosTime(text); ok {
			t.Errorf("%q = %v; want it refused", text, got)
		}
	}
}

func TestPostgresTimesAreReadAsPgxDoes(t *testing.T) {
	types := pgtype.NewMap()
	codec := &pgtype.TimestamptzCodec{ScanLocation: time.UTC}
	types.RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: codec})
	for _, micros := range []int64{0, 1, -1, 815_000_000_123_456, -63_082_281_600_000_000,
		9_223_371_331_199_999_999, math.MaxInt64, math.MinInt64} {
		wire := binary.BigEndian.AppendUint64(nil, uint64(micros))
		var want time.Time
		wantErr := types.Scan(pgtype.TimestamptzOID, pgx.BinaryFormatCode, wire, &want)
		got, ok := decodeTime(pgtype.TimestamptzOID, pgx.BinaryFormatCode, wire)
		if ok != (wantErr == nil) || got != want {
			t.Errorf("%d = %v, %v; want %v, %v", micros, got, ok, want, wantErr)
		}
	}
}

// inBoth runs a test on SQLite and on PostgreSQL.
func inBoth(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openTemporary(t, temporaryFile(t))) })
	t.Run("postgres", func(t *testing.T) { test(t, openServer(t)) })
}

func TestLookupsReadTheSameInATransaction(t *testing.T) {
	inBoth(t, func(t *testing.T, s *Store) {
		at := time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)
		u := &models.User{Username: "ü", LastLogin: &at, DateJoined: at, IsStaff: true}
		if err := s.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		token := models.LoginToken{Digest: models.Digest{0, 1, 255}, UserID: u.ID, Created: at}
		if err := s.CreateLoginToken(t.Context(), token, 0); err != nil {
			t.Fatal(err)
		}
		check := func(ctx context.Context) error {
			found, owner, err := s.LoginToken(ctx, []models.Digest{{}, token.Digest})
			if err != nil {
				return err
			}
			if string(found.Digest) != string(token.Digest) || found.UserID != u.ID || found.Created != at ||
				found.Refreshed != nil {
				t.Errorf("token = %+v", found)
			}
			if owner.Username != "ü" || !owner.IsStaff || owner.IsActive || *owner.LastLogin != at || owner.DateJoined != at {
				t.Errorf("user = %+v", owner)
			}
			if _, _, err = s.LoginToken(ctx, []models.Digest{{1}}); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("another token: %v, want ErrNotFound", err)
			}
			return nil
		}
		if err := errors.Join(check(t.Context()), s.Atomic(t.Context(), check)); err != nil {
			t.Error(err)
		}
	})
}

func TestALookupEndsWithItsContext(t *testing.T) {
	inBoth(t, func(t *testing.T, s *Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.UserBy(ctx, models.UserFieldID, "1"); !errors.Is(err, context.Canceled) {
			t.Errorf("UserBy = %v, want Canceled", err)
		}
	})
}

// lockUsers keeps everybody from reading users until the end of the test.
func lockUsers(t *testing.T, s *Store) {
	t.Helper()
	tx := s.writer.Begin()
	t.Cleanup(func() { tx.Rollback() })
	if err := tx.Exec("LOCK TABLE auth_user IN ACCESS EXCLUSIVE MODE").Error; err != nil {
		t.Fatal(err)
	}
}

func TestALookupThatWaitsEndsAtTheDeadlineOfItsContext(t *testing.T) {
	s := openServer(t)
	lockUsers(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.UserBy(ctx, models.UserFieldID, "1"); !errors.Is(err, models.ErrUnavailable) {
		t.Errorf("UserBy = %v, want ErrUnavailable", err)
	}
}

func TestASlowLookupIsUnavailable(t *testing.T) {
	s := openServer(t)
	lockUsers(t, s)
	s.cfg.StatementTimeout, s.cfg.PoolTimeout = 20*time.Millisecond, 20*time.Millisecond
	for range 2 { // the second on a new connection: the first was given up
		if _, err := s.UserBy(t.Context(), models.UserFieldID, "1"); !errors.Is(err, models.ErrUnavailable) {
			t.Errorf("UserBy = %v, want ErrUnavailable", err)
		}
	}
}

func TestPatienceEndsInTimeAndIsUsedAgain(t *testing.T) {
	var ps patiences
	for range 3 {
		p := ps.take(time.Hour)
		if err := p.Err(); err != nil {
			t.Errorf("before the time: %v", err)
		}
		ps.give(p)
	}
	p := ps.take(time.Nanosecond)
	<-p.Done()
	if err := p.Err(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after the time: %v, want DeadlineExceeded", err)
	}
	ps.give(p)
	if next := ps.take(time.Hour); next == p || next.Err() != nil {
		t.Errorf("one that has ended was used again: %v", next.Err())
	}
}

func TestALookupWaitsForAConnectionNoLongerThanIsSet(t *testing.T) {
	inBoth(t, func(t *testing.T, s *Store) {
		s.lookups.SetMaxOpenConns(1)
		s.cfg.StatementTimeout, s.cfg.PoolTimeout = 20*time.Millisecond, 20*time.Millisecond
		held, err := s.lookups.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = held.Close() }()
		if _, err := s.UserBy(t.Context(), models.UserFieldID, "1"); !errors.Is(err, models.ErrUnavailable) {
			t.Errorf("UserBy = %v, want ErrUnavailable", err)
		}
	})
}

func TestALookupReplacesClosedConnections(t *testing.T) {
	s := openServer(t)
	for range 3 {
		err := s.borrow(t.Context(), func(conn any) error { return conn.(*stdlib.Conn).Close() })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.UserBy(t.Context(), models.UserFieldID, "1"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("UserBy = %v, want ErrNotFound", err)
		}
	}
}

// BenchmarkLookup finds a user by id through database/sql and past it.
func BenchmarkLookup(b *testing.B) {
	inEach := map[string]func(b *testing.B) *Store{
		"sqlite":   func(b *testing.B) *Store { return openTemporary(b, temporaryFile(b)) },
		"postgres": func(b *testing.B) *Store { return openServer(b) },
	}
	for name, open := range inEach {
		b.Run(name, func(b *testing.B) {
			s, u := open(b), &models.User{Username: "u"}
			if err := s.CreateUser(b.Context(), u); err != nil {
				b.Fatal(err)
			}
			b.Run("row", func(b *testing.B) { s.benchmark(b, s.row, selectUser+"WHERE id = CAST(? AS bigint)", u.ID) })
			b.Run("lookup", func(b *testing.B) { s.benchmark(b, s.lookup, userBy[models.UserFieldID], u.ID) })
		})
	}
}

// benchmark reads a user again and again.
func (s *Store) benchmark(
	b *testing.B, read func(ctx context.Context, query string, args []any, into ...any) error, query string, id models.UserID,
) {
	b.ReportAllocs()
	for b.Loop() {
		if err := read(b.Context(), query, []any{s.key(id)}, s.wholeUser(new(models.User))...); err != nil {
			b.Fatal(err)
		}
	}
}
