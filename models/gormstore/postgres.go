package gormstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// errAsyncCommit says that PostgreSQL would lose commits that it has acknowledged.
var errAsyncCommit = errors.New("PostgreSQL runs with synchronous_commit = off: a crash would lose logins, logouts and " +
	"password changes that were acknowledged; set it to on for this database or role")

// openPostgres opens a pool. pgx prepares each statement once for a connection.
func (s *Store) openPostgres(url string) error {
	s.dialect = postgresDialect()
	pool, err := postgresPool(url, s.cfg.StatementTimeout)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(s.cfg.MaxConns)
	pool.SetMaxIdleConns(s.cfg.MaxIdleConns)
	pool.SetConnMaxLifetime(s.cfg.ConnMaxAge)
	if s.writer, err = newGORM(gormpostgres.New(gormpostgres.Config{Conn: pool}), s.cfg.Now); err != nil {
		return translate(errors.Join(err, pool.Close()))
	}
	s.reader, s.lookups = s.writer, pool
	return nil
}

// postgresPool is a pool without bounds whose statements may take so long; 0 means for ever.
func postgresPool(url string, statementTimeout time.Duration) (*sql.DB, error) {
	config, err := postgresConfig(url, statementTimeout)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*config, stdlib.OptionAfterConnect(readTimesInUTC)), nil
}

// postgresConfig reads the URL and adds what it leaves open: UTC, and the server's own end to slow statements.
// The error says nothing of the URL, which may hold a password.
func postgresConfig(url string, statementTimeout time.Duration) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("DATABASE_URL: PostgreSQL's driver does not understand this URL or one of its parameters")
	}
	defaults := map[string]string{
		"application_name":  "watchword",
		"timezone":          "UTC",
		"statement_timeout": strconv.FormatInt(statementTimeout.Milliseconds(), 10),
	}
	for name, value := range defaults {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// readTimesInUTC keeps pgx from handing out times in the machine's own zone.
func readTimesInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// pingPostgres asks whether commits are durable, which a restart of PostgreSQL or an ALTER ROLE may change.
func pingPostgres(db *gorm.DB) error {
	var mode string
	if err := db.Raw("SHOW synchronous_commit").Row().Scan(&mode); err != nil {
		return fmt.Errorf("cannot ask PostgreSQL for synchronous_commit: %w", err)
	}
	if mode == "off" {
		return errAsyncCommit
	}
	return nil
}
