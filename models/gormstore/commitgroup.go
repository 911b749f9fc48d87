package gormstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"gorm.io/gorm"

	"watchword/models"
)

// commitTogether runs body in a transaction whose commit it may share with others. Whoever finds nobody else leads: it
// has the transaction for itself until its body has succeeded, and waits for no company. Those who came meanwhile then
// follow on the same connection, one after the other, each in a savepoint, so that what one of them does is undone alone.
// One commit makes it all durable, and only then anybody is told anything, since followers have seen what those before
// them did. See docs/adr/0020-one-commit-for-many.md.
func (s *Store) commitTogether(ctx context.Context, running *tx, body func() error) error {
	waiting, cancel := context.WithTimeout(ctx, s.cfg.PoolTimeout)
	defer cancel()
	m, conn, err := s.queue.join(waiting)
	switch {
	case err != nil:
		return translate(err)
	case conn != nil:
		running.db, running.follows = conn, true
		return m.follow(ctx, conn, body)
	}
	defer s.queue.handOver()
	if running.single && s.queue.empty() {
		running.db = s.writer
		return body() // a statement outside a transaction commits itself, for less
	}
	return s.lead(ctx, waiting, running, body)
}

// lead runs body, and then the bodies of followers, and commits them all. When body fails, nobody has followed.
func (s *Store) lead(ctx, waiting context.Context, running *tx, body func() error) error {
	var followers []*member
	var bodyErr error
	err := s.connection(waiting, func(conn *gorm.DB) error {
		running.db = conn
		return transact(ctx, conn, func() (err error) {
			if bodyErr = finish(ctx, body); bodyErr != nil {
				return bodyErr
			}
			followers, err = s.serve(conn)
			return err
		})
	})
	if bodyErr != nil {
		return bodyErr
	}
	if err != nil && len(followers) > 0 {
		err = fmt.Errorf("%w: a commit for %d failed: %w", models.ErrUnavailable, len(followers)+1, err)
	}
	for _, m := range followers {
		m.told <- err
	}
	return translate(err)
}

// serve lets those who wait follow on conn. It returns those who did, also with an error, which means that the transaction
// is lost.
func (s *Store) serve(conn *gorm.DB) (followers []*member, err error) {
	for err == nil && len(followers) < s.cfg.CommitGroup-1 {
		m := s.queue.next()
		if m == nil {
			break
		}
		followers = append(followers, m)
		m.turn <- conn
		err = <-m.back
	}
	return followers, err
}

// follow runs body in the transaction of a leader, and returns when that is over.
//
// The end of ctx must not interrupt a statement of body: SQLite would undo the whole transaction. It is noticed before
// body and after it.
func (m *member) follow(ctx context.Context, conn *gorm.DB, body func() error) error {
	bodyErr := m.run(ctx, conn, body)
	if err := <-m.told; err != nil {
		return err
	}
	return bodyErr
}

// run runs body in a savepoint and gives the connection back, also when body panics.
func (m *member) run(ctx context.Context, conn *gorm.DB, body func() error) (err error) {
	lost := execute(conn, "SAVEPOINT follower")
	kept := false
	defer func() {
		if lost == nil && !kept {
			lost = execute(conn, "ROLLBACK TO follower")
		}
		if lost == nil {
			lost = execute(conn, "RELEASE follower")
		}
		m.back <- lost
	}()
	if lost != nil {
		return lost
	}
	err = finish(ctx, body)
	kept = err == nil
	return err
}

// finish runs body for a caller who may have gone away before, or may meanwhile: then nothing is to be left of it.
func finish(ctx context.Context, body func() error) error {
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	if err := body(); err != nil {
		return err
	}
	return translate(ctx.Err())
}

// transact runs body between BEGIN and COMMIT. If it fails or panics, all is undone. Once it has begun, the end of ctx
// means nothing to it.
func transact(ctx context.Context, conn *gorm.DB, body func() error) (err error) {
	if _, err := conn.Statement.ConnPool.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		_ = execute(conn, "ROLLBACK") // it may have begun and been interrupted then
		return err
	}
	committed := false
	defer func() {
		if !committed && execute(conn, "ROLLBACK") != nil {
			giveUp(conn)
		}
	}()
	if err := body(); err != nil {
		return err
	}
	err = execute(conn, "COMMIT")
	committed = err == nil
	return err
}

// execute runs a statement that nothing interrupts.
func execute(conn *gorm.DB, statement string) error {
	_, err := conn.Statement.ConnPool.ExecContext(context.Background(), statement)
	return err
}

// giveUp closes a connection that cannot end its transaction, or whose transaction SQLite has ended by itself.
func giveUp(conn *gorm.DB) {
	if c, ok := conn.Statement.ConnPool.(*sql.Conn); ok {
		_ = c.Raw(func(any) error { return driver.ErrBadConn })
	}
}
