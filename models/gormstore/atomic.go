package gormstore

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

// txKey is the context key under which a transaction travels.
type txKey struct{}

// tx is a transaction that runs.
type tx struct {
	db        *gorm.DB
	after     []func()         // to be called once it is committed
	changed   []models.RowName // what it changes, as far as somebody may have it in memory
	committed bool
	follows   bool // it runs in a savepoint of somebody else's transaction
	single    bool // it is one statement, or several that need not be committed together
}

// Atomic runs fn in one transaction: all of it is committed when fn returns nil, and none of it when fn returns an
// error or panics. The context that fn receives carries the transaction, and every call inside must use it; a call
// with an outer context would wait for the very connection that fn holds. Calls of Atomic inside fn join the
// transaction. After an error of the Store inside fn, return: PostgreSQL refuses all further statements.
//
// Atomic returns fn's error as it is, or the one that kept the transaction from beginning or from being committed.
// On models.ErrUnavailable it cannot be known whether a lost connection had committed.
func (s *Store) Atomic(ctx context.Context, fn func(ctx context.Context) error) error {
	return s.atomic(ctx, new(tx), fn)
}

// atomic runs fn in the transaction that ctx carries, or else makes one of running.
func (s *Store) atomic(ctx context.Context, running *tx, fn func(ctx context.Context) error) error {
	if transaction(ctx) != nil {
		return fn(ctx)
	}
	ctx, end := s.begin(ctx, transactionOperation)
	err := s.perform(ctx, running, fn)
	end(ofStorage(err))
	return err
}

// perform runs fn in a transaction, which it makes of running.
func (s *Store) perform(ctx context.Context, running *tx, fn func(ctx context.Context) error) error {
	within := context.WithValue(ctx, txKey{}, running)
	transact := s.commitAlone
	if s.queue != nil {
		transact = s.commitTogether
	}
	err := transact(ctx, running, func() error {
		if err := fn(within); err != nil {
			return err
		}
		return translate(because(ctx, s.announce(running.db, running.changed)))
	})
	s.changed(running.changed)
	if err != nil {
		return err
	}
	running.committed = true
	for _, after := range running.after {
		after()
	}
	return nil
}

// commitAlone runs body in a transaction of its own.
func (s *Store) commitAlone(ctx context.Context, running *tx, body func() error) error {
	waiting, cancel := context.WithTimeout(ctx, s.cfg.PoolTimeout)
	defer cancel()
	var bodyErr error
	err := s.connection(waiting, func(conn *gorm.DB) error {
		return conn.WithContext(ctx).Transaction(func(db *gorm.DB) error {
			running.db = db
			bodyErr = body()
			return bodyErr
		})
	})
	if bodyErr != nil {
		return bodyErr
	}
	return translate(because(ctx, err))
}

// AfterCommit calls fn once the transaction that ctx carries has been committed, and never if it is rolled back; at
// once if ctx carries none. It must be called by the goroutine that runs the transaction, and fn must be short. In fn,
// ctx carries no transaction any more, so what fn does with it is committed by itself.
func (s *Store) AfterCommit(ctx context.Context, fn func()) {
	if running := transaction(ctx); running != nil {
		running.after = append(running.after, fn)
		return
	}
	fn()
}

// connection waits for the writer until ctx ends, and hands fn a connection.
func (s *Store) connection(ctx context.Context, fn func(conn *gorm.DB) error) error {
	return s.writer.WithContext(ctx).Connection(fn)
}

// write runs fn on the transaction in ctx, or else on the writer. It bounds the time and translates the error.
func (s *Store) write(ctx context.Context, fn func(db *gorm.DB) error) error {
	if s.queue == nil || transaction(ctx) != nil {
		return s.run(ctx, s.writer, fn)
	}
	return s.atomic(ctx, &tx{single: true}, func(ctx context.Context) error { return s.run(ctx, s.writer, fn) })
}

// read runs fn on the transaction in ctx, or else on a reader. It bounds the time and translates the error.
// fn must be done with its rows when it returns.
func (s *Store) read(ctx context.Context, fn func(db *gorm.DB) error) error {
	return s.run(ctx, s.reader, fn)
}

func (s *Store) run(ctx context.Context, db *gorm.DB, fn func(db *gorm.DB) error) error {
	db, ctx, cancel := s.bound(ctx, db)
	defer cancel()
	return translate(because(ctx, fn(db.WithContext(ctx))))
}

// bound returns what to run a statement on, the transaction in ctx or else db, and a context that ends when it has taken
// too long.
func (s *Store) bound(ctx context.Context, db *gorm.DB) (*gorm.DB, context.Context, context.CancelFunc) {
	limit := s.cfg.StatementTimeout + s.cfg.PoolTimeout
	if running := transaction(ctx); running != nil {
		db, limit = running.db, s.cfg.StatementTimeout
		if running.follows {
			ctx = context.WithoutCancel(ctx) // see follow
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	return db, ctx, cancel
}

// because returns why err happened. database/sql rolls a transaction back by itself when its context ends, and whoever
// asks for something afterwards hears only that the transaction is over.
func because(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && errors.Is(err, sql.ErrTxDone) {
		return ended
	}
	return err
}

// transaction is the one that ctx carries, or nil if there is none or it has been committed.
func transaction(ctx context.Context) *tx {
	running, _ := ctx.Value(txKey{}).(*tx)
	if running == nil || running.committed {
		return nil
	}
	return running
}
