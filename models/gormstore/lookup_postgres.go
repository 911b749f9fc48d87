package gormstore

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"watchword/models"
)

// lookupPostgres asks PostgreSQL in its own protocol, for all of a group in one round trip: statements that the connection
// has prepared. When the database refuses one of them, it is silent about those behind it, so each is then asked alone. An
// error is one for all: driver.ErrBadConn if nothing was asked because the connection is closed.
//
// A deadline on the connection bounds the answer. Nobody waits for the end of a context meanwhile: that would take its
// timer and two more contexts, for an answer that comes in less than a millisecond.
func lookupPostgres(conn *pgx.Conn, group []*question) error {
	wire := conn.PgConn().Conn()
	if err := wire.SetDeadline(latest(group)); err != nil {
		return err
	}
	defer func() { _ = wire.SetDeadline(time.Time{}) }() // fails only for a closed one
	err := askAtOnce(conn, group)
	switch {
	case err == nil:
		return nil
	case pgconn.SafeToRetry(err):
		return driver.ErrBadConn
	case conn.IsClosed():
		return err
	}
	if len(group) == 1 {
		group[0].err = err
		return nil
	}
	for i := range group {
		if err := askAtOnce(conn, group[i:i+1]); err != nil {
			group[i].err = err
		}
	}
	return nil
}

// latest is when the last of a group's callers stops waiting.
func latest(group []*question) (until time.Time) {
	for _, q := range group {
		if q.until.After(until) {
			until = q.until
		}
	}
	return until
}

// askAtOnce sends all and then reads all answers. With an error some of them may be missing.
func askAtOnce(conn *pgx.Conn, group []*question) (err error) {
	batch := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(group))}
	for _, q := range group {
		batch.Queue(q.query, q.args...)
	}
	answers := conn.SendBatch(context.Background(), batch)
	defer func() { err = cmp.Or(answers.Close(), err) }()
	for _, q := range group {
		rows, err := answers.Query()
		if err != nil {
			return err
		}
		q.err = readRow(rows, conn.TypeMap(), q.into)
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// readRow reads the row that was found, and returns sql.ErrNoRows if there is none. The database's own errors are those
// of rows.
func readRow(rows pgx.Rows, types *pgtype.Map, into []any) error {
	defer rows.Close()
	if !rows.Next() {
		return sql.ErrNoRows
	}
	return decodeRow(rows, types, into)
}

// decodeRow puts the values of the present row where they belong.
func decodeRow(rows pgx.Rows, types *pgtype.Map, into []any) error {
	fields := rows.FieldDescriptions()
	if len(fields) != len(into) {
		return fmt.Errorf("gormstore: %d columns for %d fields", len(fields), len(into))
	}
	for i, value := range rows.RawValues() {
		if decode(fields[i].DataTypeOID, fields[i].Format, value, into[i]) {
			continue
		}
		if err := types.Scan(fields[i].DataTypeOID, fields[i].Format, value, into[i]); err != nil {
			return fmt.Errorf("column %s: %w", fields[i].Name, err)
		}
	}
	return nil
}

// decode puts a value where it belongs, if both are of the usual types; pgx would make a plan for every column of every
// query. It keeps nothing of the value, which the next answer overwrites.
func decode(oid uint32, format int16, value []byte, into any) bool {
	if value == nil {
		at, isTime := into.(**time.Time)
		if isTime {
			*at = nil
		}
		return isTime
	}
	switch into := into.(type) {
	case *string:
		if oid != pgtype.TextOID && oid != pgtype.VarcharOID {
			return false
		}
		*into = string(value)
		return true
	case *models.Digest:
		if oid == pgtype.ByteaOID && format == pgx.BinaryFormatCode {
			*into = bytes.Clone(value)
			return true
		}
	case *bool:
		if oid == pgtype.BoolOID && format == pgx.BinaryFormatCode && len(value) == 1 {
			*into = value[0] != 0
			return true
		}
	case *models.UserID:
		if n, ok := decodeInt(oid, format, value); ok {
			*into = models.UserID(strconv.FormatInt(n, 10))
			return true
		}
	case *time.Time:
		at, ok := decodeTime(oid, format, value)
		if ok {
			*into = at
		}
		return ok
	case **time.Time:
		at, ok := decodeTime(oid, format, value)
		if ok {
			*into = &at
		}
		return ok
	}
	return false
}

// decodeInt reads an integer or a bigint.
func decodeInt(oid uint32, format int16, value []byte) (n int64, ok bool) {
	switch {
	case format != pgx.BinaryFormatCode:
		return 0, false
	case oid == pgtype.Int4OID && len(value) == 4:
		return int64(int32(binary.BigEndian.Uint32(value))), true
	case oid == pgtype.Int8OID && len(value) == 8:
		return int64(binary.BigEndian.Uint64(value)), true
	}
	return 0, false
}

// decodeTime reads a timestamptz: microseconds since the year 2000 began. The infinities are no times.
func decodeTime(oid uint32, format int16, value []byte) (at time.Time, ok bool) {
	const year2000, second = 946_684_800, 1_000_000
	if oid != pgtype.TimestamptzOID || format != pgx.BinaryFormatCode || len(value) != 8 {
		return time.Time{}, false
	}
	n := int64(binary.BigEndian.Uint64(value))
	if n == math.MaxInt64 || n == math.MinInt64 {
		return time.Time{}, false
	}
	return time.Unix(n/second+year2000, n%second*1000).UTC(), true
}
