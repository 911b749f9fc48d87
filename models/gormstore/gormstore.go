// Package gormstore keeps the rows of package models in SQLite or PostgreSQL. It is the only package that knows gorm,
// SQL and the two drivers; all others see models and small interfaces that *Store satisfies.
//
// Three rules hold everywhere. Every change is one conditional statement whose row count says who won. Whatever
// belongs together runs inside Atomic, whose inner context must be used by all calls inside. And an error is one of
// models.ErrNotFound, models.ErrConflict and models.ErrUnavailable, or it is a defect.
package gormstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"watchword/models"
)

// Store is a database. It is safe for concurrent use. The zero value is of no use; call Open.
type Store struct {
	cfg     Config
	writer  *gorm.DB     // everything inside Atomic, and every write
	reader  *gorm.DB     // reads outside transactions; on PostgreSQL and in memory the same as writer
	queue   *commitQueue // who waits for the writer of SQLite; nil: transactions do not share commits
	dialect dialect
	lacking map[string]bool // see survey; written before the Store is shared
	users   *ownUsers       // nil: they are in auth_user

	process  models.RowName // names this process where it announces changes
	observer Observer       // nil: nobody has rows in memory
	tracer   Tracer         // nil: nobody hears what is asked for

	lookups   *sql.DB     // the reader's pool
	questions lookupQueue // lookups that wait to share a round trip
	numbered  sync.Map    // statements of lookup as PostgreSQL reads them, by what they are here
	patiences patiences
}

// Open connects to the database of cfg and checks that it answers and keeps what it acknowledges. It creates an absent
// SQLite file, but no tables: see Migrate. The users of a project that has a model of its own for them must be there. The
// caller must Close the Store.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	target, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{cfg: cfg, process: newProcess()}
	if target.sqlitePath != "" {
		err = s.openSQLite(target.sqlitePath)
	} else {
		err = s.openPostgres(target.postgresURL)
	}
	if err == nil {
		err = s.Ping(ctx)
	}
	if err != nil && target.sqlitePath != "" {
		err = cmp.Or(unwritable(target.sqlitePath), err)
	}
	if err == nil {
		err = s.survey(ctx)
	}
	if err == nil {
		err = s.findUsers(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open the database: %w", err), s.Close())
	}
	return s, nil
}

// Close ends all connections, after the statements that are running. It may be called twice.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*gorm.DB{s.reader, s.writer} {
		if db == nil {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Ping asks the database for an answer. It returns models.ErrUnavailable when there is none in time, and another error
// when PostgreSQL is set to acknowledge commits that a crash of the server would lose.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, s.dialect.ping)
}

// newGORM opens gorm on a dialector that holds a pool. gorm itself stays silent: its logger would print parameters.
func newGORM(d gorm.Dialector, now func() time.Time) (*gorm.DB, error) {
	return gorm.Open(d, &gorm.Config{
		Logger:                 logger.Discard,
		NowFunc:                now,
		SkipDefaultTransaction: true,
		QueryFields:            true, // name the columns: an adopted table may have more
		DisableAutomaticPing:   true,
	})
}
