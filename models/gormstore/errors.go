package gormstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"watchword/models"
)

// ErrInvalidValue says that a value can be stored in no column of its kind: text with a NUL character or that is not
// UTF-8, text longer than the column, a number or a date out of range. The caller should have refused it.
var ErrInvalidValue = errors.New("the value does not fit the column")

// translate turns a driver's error into the errors of package models, once. It keeps the original in the chain, and
// leaves alone what it does not know and what is translated already. A row that points nowhere is ErrNotFound. gorm's
// TranslateError would do less: it does not know the SQLite driver in Go, nor a storage that is not to be reached.
func translate(err error) error {
	if err == nil || known(err) {
		return err
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

func known(err error) bool {
	return errors.Is(err, models.ErrNotFound) || errors.Is(err, models.ErrConflict) ||
		errors.Is(err, models.ErrUnavailable) || errors.Is(err, ErrInvalidValue)
}

// kindOf finds the sentinel for err, or nil.
func kindOf(err error) error {
	var unreachable *pgconn.ConnectError // whatever the server says to somebody whom it does not let in
	if errors.As(err, &unreachable) && !errors.Is(err, context.Canceled) {
		return models.ErrUnavailable
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresKind(pg.Code)
	}
	if code, ok := sqliteCode(err); ok {
		return sqliteKind(code)
	}
	var network net.Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return models.ErrNotFound
	case errors.Is(err, context.Canceled):
		return nil // the caller went away
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return models.ErrUnavailable
	}
	return nil
}

// postgresKind reads a SQLSTATE. The first two characters name its class.
// https://www.postgresql.org/docs/15/errcodes-appendix.html
func postgresKind(state string) error {
	switch state {
	case "23505": // unique_violation
		return models.ErrConflict
	case "23503": // foreign_key_violation
		return models.ErrNotFound
	case "25006", // read_only_sql_transaction: a standby
		"40001", "40P01", // serialization_failure, deadlock_detected
		"55P03": // lock_not_available
		return models.ErrUnavailable
	}
	switch state[:min(2, len(state))] {
	case "22": // data exception
		return ErrInvalidValue
	case "08", "53", "57", "58": // connection, resources, operator intervention and timeouts, system
		return models.ErrUnavailable
	}
	return nil
}

// sqliteKind reads an extended result code. Its low byte is the primary code.
// https://www.sqlite.org/rescode.html
func sqliteKind(code int) error {
	const (
		busy, locked, readOnly, interrupt, ioErr, full, cantOpen = 5, 6, 8, 9, 10, 13, 14

		constraintForeignKey = 787
		constraintPrimaryKey = 1555
		constraintUnique     = 2067
	)
	switch code {
	case constraintUnique, constraintPrimaryKey:
		return models.ErrConflict
	case constraintForeignKey:
		return models.ErrNotFound
	}
	switch code & 0xff {
	case busy, locked, readOnly, interrupt, ioErr, full, cantOpen:
		return models.ErrUnavailable
	}
	return nil
}

// storable reports whether s can be the value of a text column in both databases. No row can match one that is not.
func storable(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "\x00")
}
