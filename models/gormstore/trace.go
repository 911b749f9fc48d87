package gormstore

import (
	"context"
	"strings"

	"gorm.io/gorm"
)

// Tracer hears what the database is asked for. It must be safe for concurrent use.
type Tracer interface {
	// Query tells that something begins: a statement, or a transaction and the wait for it. system is sqlite or
	// postgresql; operation is the statement's verb or "transaction"; table is what it is about, or "". What is asked for
	// within it is asked for in the context that Query returns; end is called with the error, if there is one.
	Query(ctx context.Context, system, operation, table string) (inner context.Context, end func(err error))
}

// The names of the two databases, as OpenTelemetry knows them.
const (
	systemSQLite   = "sqlite"
	systemPostgres = "postgresql"
)

// transactionOperation is what tracers call a transaction.
const transactionOperation = "transaction"

// endKey is where a statement of gorm keeps what is called at its end.
const endKey = "watchword:end"

// Trace has t hear of every statement and transaction. It must be called once, before the Store is used by several
// goroutines.
func (s *Store) Trace(t Tracer) error {
	s.tracer = t
	for _, db := range []*gorm.DB{s.writer, s.reader} {
		if err := s.traceStatements(db); err != nil {
			return err
		}
		if s.reader == s.writer {
			break
		}
	}
	return nil
}

// traceStatements has the tracer hear of what goes through gorm.
func (s *Store) traceStatements(db *gorm.DB) error {
	const first, last = "watchword:begin", "watchword:end"
	on := db.Callback()
	for _, register := range []func() error{
		func() error { return on.Raw().Before("*").Register(first, s.beginStatement("")) },
		func() error { return on.Row().Before("*").Register(first, s.beginStatement("")) },
		func() error { return on.Query().Before("*").Register(first, s.beginStatement("SELECT")) },
		func() error { return on.Update().Before("*").Register(first, s.beginStatement("UPDATE")) },
		func() error { return on.Delete().Before("*").Register(first, s.beginStatement("DELETE")) },
		func() error { return on.Raw().After("*").Register(last, endStatement) },
		func() error { return on.Row().After("*").Register(last, endStatement) },
		func() error { return on.Query().After("*").Register(last, endStatement) },
		func() error { return on.Update().After("*").Register(last, endStatement) },
		func() error { return on.Delete().After("*").Register(last, endStatement) },
	} {
		if err := register(); err != nil {
			return err
		}
	}
	return nil
}

// beginStatement tells of a statement of gorm; operation is its verb where gorm has yet to write it.
func (s *Store) beginStatement(operation string) func(*gorm.DB) {
	return func(db *gorm.DB) {
		verb, table := operation, db.Statement.Table
		if written := db.Statement.SQL.String(); written != "" {
			verb, table = summary(written)
		}
		_, end := s.tracer.Query(db.Statement.Context, s.dialect.system(), verb, table)
		db.InstanceSet(endKey, end)
	}
}

// endStatement tells of its end.
func endStatement(db *gorm.DB) {
	if end, ok := db.InstanceGet(endKey); ok {
		end.(func(error))(translate(db.Error))
	}
}

// begin tells of something that does not go through gorm: a query, or what transactionOperation stands for. end must be
// called.
func (s *Store) begin(ctx context.Context, query string) (inner context.Context, end func(error)) {
	if s.tracer == nil {
		return ctx, untraced
	}
	verb, table := transactionOperation, ""
	if query != transactionOperation {
		verb, table = summary(query)
	}
	return s.tracer.Query(ctx, s.dialect.system(), verb, table)
}

// untraced is the end of what nobody hears of.
func untraced(error) {}

// ofStorage is err if the database is to blame, and nil for an error by which a transaction was given up.
func ofStorage(err error) error {
	if known(err) {
		return err
	}
	return nil
}

// system is the name of the database.
func (d dialect) system() string {
	if d.isPostgres() {
		return systemPostgres
	}
	return systemSQLite
}

// summary says what a statement does, in one word, and the table that it begins with. It takes nothing else out of it.
func summary(query string) (verb, table string) {
	previous := ""
	for word := range outerWords(query) {
		switch {
		case verb == "":
			switch word {
			case "SELECT", "INSERT", "UPDATE", "DELETE":
				verb = word
			}
		case table == "" && (previous == "FROM" || previous == "INTO" || previous == "UPDATE"):
			return verb, strings.Trim(word, "\"`")
		}
		previous = word
	}
	return verb, table
}

// outerWords yields the words of a query that are not within parentheses or quoted text.
func outerWords(query string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		depth, quoted, start := 0, false, -1
		for i := 0; i <= len(query); i++ {
			c := byte(' ')
			if i < len(query) {
				c = query[i]
			}
			inWord := depth == 0 && !quoted && c > ' ' && !strings.ContainsRune("(),;'", rune(c))
			switch {
			case inWord && start < 0:
				start = i
			case !inWord && start >= 0:
				if !yield(query[start:i]) {
					return
				}
				start = -1
			}
			switch {
			case c == '\'':
				quoted = !quoted
			case quoted:
			case c == '(':
				depth++
			case c == ')':
				depth--
			}
		}
	}
}
