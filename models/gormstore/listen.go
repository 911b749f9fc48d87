package gormstore

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

const (
	listenConnect = 5 * time.Second        // to connect and begin to listen
	listenProof   = 10 * time.Second       // between two proofs that anything is heard, and for one to come back
	listenAgain   = 100 * time.Millisecond // before another attempt; then twice as long each time
	listenLongest = 5 * time.Second        // between attempts
)

// errUnheard says that PostgreSQL does not pass on what it is told.
var errUnheard = errors.New("what PostgreSQL is told by NOTIFY does not come back by LISTEN, which needs a connection to " +
	"itself: a pool in between must not share connections by the transaction")

// Listen has the Observer hear of the changes of other processes until ctx ends, on a connection of its own, and tells it
// whenever that begins and ends. A connection that is lost is made again. report hears why listening ended, and nil
// whenever it begins.
//
// On SQLite nobody announces anything: only the changes of this process are heard.
func (s *Store) Listen(ctx context.Context, report func(err error)) {
	if s.observer == nil {
		return
	}
	if !s.announces() {
		s.observer.Listening(true)
		return
	}
	for pause := listenAgain; ; pause = min(2*pause, listenLongest) {
		heard, err := s.listen(ctx, report)
		s.observer.Listening(false)
		if ctx.Err() != nil {
			return
		}
		report(err)
		if heard {
			pause = listenAgain
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// listen listens on one connection until it is lost. heard says whether it ever listened.
func (s *Store) listen(ctx context.Context, report func(err error)) (heard bool, err error) {
	conn, err := s.listener(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing) // it may be lost
	}()
	for {
		if err := s.prove(ctx); err != nil {
			return heard, err
		}
		if proved, err := s.hear(ctx, conn); err != nil {
			return heard, err
		} else if !proved {
			return heard, errUnheard
		}
		if !heard {
			heard = true
			s.observer.Listening(true)
			report(nil)
		}
		if _, err := s.hear(ctx, conn); err != nil {
			return heard, err
		}
	}
}

// listener opens a connection that listens.
func (s *Store) listener(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, listenConnect)
	defer cancel()
	target, err := parseURL(s.cfg.URL)
	if err != nil {
		return nil, err
	}
	config, err := postgresConfig(target.postgresURL, s.cfg.StatementTimeout)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, translate(err)
	}
	if _, err := conn.Exec(ctx, "LISTEN "+changesChannel); err != nil {
		return nil, errors.Join(translate(err), conn.Close(ctx))
	}
	return conn, nil
}

// prove announces, in the way of all announcements, that this process wants to hear itself.
func (s *Store) prove(ctx context.Context) error {
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec(s.dialect.announce, changesChannel, announcement{from: s.process}.String()).Error
	})
}

// hear passes on what others announce, until this process hears its own proof, or until it is time for the next one.
func (s *Store) hear(ctx context.Context, conn *pgx.Conn) (proved bool, err error) {
	hearing, cancel := context.WithTimeout(ctx, listenProof)
	defer cancel()
	for {
		notification, err := conn.WaitForNotification(hearing)
		if err != nil && ctx.Err() == nil && pgconn.Timeout(err) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch a := parseAnnouncement(notification.Payload); {
		case a.from != s.process:
			s.observer.RowsChanged(a.names...)
		case len(a.names) == 0:
			return true, nil
		}
	}
}
