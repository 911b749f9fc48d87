package gormstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// lookup reads the one row that a query finds by a key, as row does, for half the processor time. It borrows a
// connection from the pool and asks the driver itself: for every query that has rows database/sql starts a goroutine
// and two contexts, and converts each value twice. These are the queries that nearly every request makes.
//
// The query has question marks for args only, and selects date-times as COALESCE(column, NULL), see assign. Inside a
// transaction it goes through database/sql.
func (s *Store) lookup(ctx context.Context, query string, args []any, into ...any) error {
	ctx, end := s.begin(ctx, query)
	err := s.find(ctx, s.withNumbers(query), args, into)
	end(err)
	return err
}

// find is lookup with the query as the database reads it.
func (s *Store) find(ctx context.Context, query string, args, into []any) error {
	if transaction(ctx) != nil {
		return s.lookupWithin(ctx, query, args, into)
	}
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	if !s.dialect.isPostgres() || s.users != nil { // users of a project's own are read as their driver has them
		return translate(s.onConnection(s.lookupLimit(), func(conn any) error { return s.ask(ctx, conn, query, args, into) }))
	}
	q := &question{query: query, args: args, into: into, until: s.patienceOf(ctx), err: errUnanswered}
	s.askPostgres(q)
	return translate(q.err)
}

// ask reads the row on a connection of one of the drivers.
func (s *Store) ask(ctx context.Context, conn any, query string, args, into []any) error {
	switch conn := conn.(type) {
	case sqliteConn: // finds a key at once, and waits for nobody: nothing to cancel
		return lookupDriver(context.Background(), conn, query, args, into)
	case *stdlib.Conn:
		ctx, cancel := context.WithDeadline(ctx, s.patienceOf(ctx))
		defer cancel()
		return lookupDriver(ctx, conn, query, args, into)
	}
	return fmt.Errorf("gormstore: a connection is a %T", conn)
}

// askPostgres has q answered: by others who lead, or leading those who wait.
func (s *Store) askPostgres(q *question) {
	group := []*question{q}
	if s.cfg.LookupGroup > 1 {
		if group = s.questions.join(q, s.cfg.LookupGroup); group == nil {
			return
		}
		defer s.questions.leave(group)
	}
	left := time.Until(latest(group))
	err := s.onConnection(left, func(conn any) error { return lookupPostgres(conn.(*stdlib.Conn).Conn(), group) })
	if err == nil {
		return
	}
	for _, q := range group {
		q.err = err
	}
}

// lookupLimit is how long a lookup may take together with the wait for a connection.
func (s *Store) lookupLimit() time.Duration { return s.cfg.StatementTimeout + s.cfg.PoolTimeout }

// patienceOf is when a lookup that begins now must end.
func (s *Store) patienceOf(ctx context.Context) time.Time {
	until := time.Now().Add(s.lookupLimit()) //nolint:forbidigo // the network's clock
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(until) {
		return earlier
	}
	return until
}

// withNumbers is dialect.bind with a memory.
func (s *Store) withNumbers(query string) string {
	if !s.dialect.isPostgres() {
		return query
	}
	if numbered, ok := s.numbered.Load(query); ok {
		return numbered.(string)
	}
	numbered := s.dialect.bind(query)
	s.numbered.Store(query, numbered)
	return numbered
}

// onConnection calls fn with a connection of the driver, and with another one as long as they turn out to be closed. It
// waits for one until a time is over, and takes none if there is no time.
func (s *Store) onConnection(limit time.Duration, fn func(conn any) error) error {
	if limit <= 0 {
		return context.DeadlineExceeded
	}
	waiting := s.patiences.take(limit)
	defer s.patiences.give(waiting)
	err := driver.ErrBadConn
	for left := s.cfg.MaxIdleConns; left >= 0 && errors.Is(err, driver.ErrBadConn); left-- { // the last connection is new
		err = s.borrow(waiting, fn)
	}
	return err
}

// borrow calls fn with a connection of the driver. One that fn calls driver.ErrBadConn is closed.
func (s *Store) borrow(ctx context.Context, fn func(conn any) error) (err error) {
	conn, err := s.lookups.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back; of the lookup it says nothing
	return conn.Raw(fn)
}

// lookupWithin is lookup in a transaction.
func (s *Store) lookupWithin(ctx context.Context, query string, args, into []any) error {
	db, ctx, cancel := s.bound(ctx, s.reader)
	defer cancel()
	values, read := make([]any, len(into)), make([]any, len(into))
	for i := range values {
		read[i] = &values[i]
	}
	err := db.Statement.ConnPool.QueryRowContext(ctx, query, args...).Scan(read...)
	if err == nil {
		err = assignAll(into, values)
	}
	return translate(because(ctx, err))
}

// queryConn is a connection of a driver that can be asked.
type queryConn interface {
	driver.QueryerContext
	driver.NamedValueChecker
}

// lookupDriver asks a driver, as database/sql would.
func lookupDriver(ctx context.Context, conn queryConn, query string, args, into []any) (err error) {
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
		if err := conn.CheckNamedValue(&named[i]); err != nil {
			return err
		}
	}
	rows, err := conn.QueryContext(ctx, query, named)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make([]driver.Value, len(into))
	if got := len(rows.Columns()); got != len(into) {
		return fmt.Errorf("gormstore: %d columns for %d fields", got, len(into))
	}
	if err := rows.Next(values); errors.Is(err, io.EOF) {
		return sql.ErrNoRows
	} else if err != nil {
		return err
	}
	return assignAll(into, values)
}
