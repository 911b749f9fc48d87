package gormstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// onEveryDatabase runs a benchmark on SQLite and on PostgreSQL.
func onEveryDatabase(b *testing.B, run func(b *testing.B, s *gormstore.Store)) {
	b.Run("sqlite", func(b *testing.B) { run(b, gormtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, gormtest.Postgres(b)) })
}

func BenchmarkUserByID(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) {
		u := &models.User{Username: "u", Password: "pbkdf2_sha256$600000$salt$hash", DateJoined: time.Now()}
		if err := s.CreateUser(b.Context(), u); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.UserBy(b.Context(), models.UserFieldID, string(u.ID)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSession(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) { benchmarkSession(b, s, false) })
}

// BenchmarkSessionAndUser reads both by one query.
func BenchmarkSessionAndUser(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) { benchmarkSession(b, s, true) })
}

func benchmarkSession(b *testing.B, s *gormstore.Store, andUser bool) {
	const key = "ssssssssssssssssssssssssssssss01"
	now := time.Now().UTC()
	u := &models.User{Username: "u", Password: "pbkdf2_sha256$600000$salt$hash", DateJoined: now}
	if err := s.CreateUser(b.Context(), u); err != nil {
		b.Fatal(err)
	}
	if err := s.CreateSession(b.Context(), models.Session{Key: key, Data: "data", ExpireDate: now.Add(time.Hour)}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if andUser {
			_, _, err = s.SessionAndUser(b.Context(), key, now, u.ID)
		} else {
			_, err = s.Session(b.Context(), key, now)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBlacklisted(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Blacklisted(b.Context(), "6f9619ff8b86d011b42d00c04fc964ff"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkBlacklist(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			token := &models.OutstandingToken{JTI: fmt.Sprint(i), Token: "header.payload.signature", ExpiresAt: time.Now()}
			if err := s.RecordOutstanding(b.Context(), token); err != nil {
				b.Fatal(err)
			}
			if first, err := s.Blacklist(b.Context(), token, time.Now()); err != nil || !first {
				b.Fatal(first, err)
			}
		}
	})
}

func BenchmarkLoginToken(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) {
		u := &models.User{Username: "u", Password: "pbkdf2_sha256$600000$salt$hash", DateJoined: time.Now()}
		if err := s.CreateUser(b.Context(), u); err != nil {
			b.Fatal(err)
		}
		digest := models.Digest("0123456789abcdef0123456789abcdef")
		t := models.LoginToken{Digest: digest, UserID: u.ID, Created: time.Now()}
		if err := s.CreateLoginToken(b.Context(), t, 0); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := s.LoginToken(b.Context(), []models.Digest{digest}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPlainToken(b *testing.B) {
	onEveryDatabase(b, func(b *testing.B, s *gormstore.Store) {
		u := &models.User{Username: "u", Password: "pbkdf2_sha256$600000$salt$hash", DateJoined: time.Now()}
		if err := s.CreateUser(b.Context(), u); err != nil {
			b.Fatal(err)
		}
		const key = "0123456789abcdef0123456789abcdef01234567"
		if _, err := s.PlainToken(b.Context(), models.AuthToken{Key: key, UserID: u.ID, Created: time.Now()}); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.UserByPlainToken(b.Context(), key); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLookupsAtOnce is what callers at once pay for a lookup on PostgreSQL, when they share round trips and when
// they do not.
func BenchmarkLookupsAtOnce(b *testing.B) {
	for _, callers := range []int{1, 2, 8, 50} {
		for _, group := range []int{1, gormstore.DefaultConfig().LookupGroup} {
			b.Run(fmt.Sprintf("callers=%d/group=%d", callers, group), func(b *testing.B) {
				s := gormtest.Open(b, gormtest.PostgresURL(b), func(cfg *gormstore.Config) { cfg.LookupGroup = group })
				u := &models.User{Username: "u", DateJoined: time.Now()}
				if err := s.CreateUser(b.Context(), u); err != nil {
					b.Fatal(err)
				}
				atOnce(b, callers, func(int, int) error {
					_, err := s.UserBy(b.Context(), models.UserFieldID, string(u.ID))
					return err
				})
			})
		}
	}
}

// BenchmarkWritesAtOnce is what callers at once pay for a write of one statement, and for a transaction such as that of
// a refresh with rotation, when commits are shared and when they are not. Most of it is the disk: compare ratios.
func BenchmarkWritesAtOnce(b *testing.B) {
	writes := map[string]func(ctx context.Context, s *gormstore.Store, caller, n int) error{
		"statement": func(ctx context.Context, s *gormstore.Store, caller, n int) error {
			return s.RecordOutstanding(ctx, nthToken(caller, n))
		},
		"rotation": func(ctx context.Context, s *gormstore.Store, caller, n int) error {
			return s.Atomic(ctx, func(ctx context.Context) error {
				if _, err := s.Blacklist(ctx, nthToken(caller, n), time.Now()); err != nil {
					return err
				}
				return s.RecordOutstanding(ctx, nthToken(caller, n+1))
			})
		},
	}
	for name, write := range writes {
		for _, callers := range []int{1, 2, 8, 50} {
			for _, group := range []int{1, gormstore.DefaultConfig().CommitGroup} {
				b.Run(fmt.Sprintf("%s/callers=%d/group=%d", name, callers, group), func(b *testing.B) {
					s := gormtest.Open(b, sqliteURL(b), func(cfg *gormstore.Config) { cfg.CommitGroup = group })
					if err := s.Migrate(b.Context()); err != nil {
						b.Fatal(err)
					}
					atOnce(b, callers, func(caller, n int) error { return write(b.Context(), s, caller, n) })
				})
			}
		}
	}
}

// nthToken is a token in a chain of the caller's own.
func nthToken(caller, n int) *models.OutstandingToken {
	return &models.OutstandingToken{JTI: fmt.Sprint(caller, "-", n), Token: "header.payload.signature", ExpiresAt: time.Now()}
}

// atOnce lets callers share b.N writes.
func atOnce(b *testing.B, callers int, write func(caller, n int) error) {
	var begun atomic.Int64
	var done sync.WaitGroup
	b.ResetTimer()
	for caller := range callers {
		done.Go(func() {
			for n := 0; begun.Add(1) <= int64(b.N); n++ {
				if err := write(caller, n); err != nil {
					b.Error(err)
				}
			}
		})
	}
	done.Wait()
}
