package gormstore

import (
	"context"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// Session finds the session of that key that ends after now. It returns models.ErrNotFound if there is none.
func (s *Store) Session(ctx context.Context, key string, now time.Time) (*models.Session, error) {
	const query = "SELECT session_data, COALESCE(expire_date, NULL) FROM django_session " +
		"WHERE session_key = ? AND expire_date > ?"
	if !storable(key) {
		return nil, models.ErrNotFound
	}
	found := &models.Session{Key: key}
	if err := s.lookup(ctx, query, []any{key, now}, &found.Data, &found.ExpireDate); err != nil {
		return nil, err
	}
	return found, nil
}

// SessionAndUser finds the session of that key that ends after now, and the user of that id, by one query. It returns
// models.ErrNotFound if either is not there. Whose the session is only its data says.
//
// The cast keeps SQLite from planning the query anew for every key, which takes longer than the query.
func (s *Store) SessionAndUser(ctx context.Context, key string, now time.Time, user models.UserID) (
	*models.Session, *models.User, error) {
	const query = "SELECT session_data, COALESCE(expire_date, NULL), " + lookedUpColumns +
		" FROM django_session, " + usersEnded +
		"WHERE session_key = CAST(? AS text) AND expire_date > ? AND u.id = CAST(? AS bigint)"
	if !storable(key) {
		return nil, nil, models.ErrNotFound
	}
	found, u := &models.Session{Key: key}, new(models.User)
	into := s.wholeUser(u, &found.Data, &found.ExpireDate)
	if err := s.lookup(ctx, s.sql(query), []any{key, now, s.key(user)}, into...); err != nil {
		return nil, nil, err
	}
	return found, u, nil
}

// CreateSession inserts a session. It returns models.ErrConflict, and leaves the transaction usable, if the key is taken:
// even the key of a session that has ended.
func (s *Store) CreateSession(ctx context.Context, session models.Session) error {
	const query = `INSERT INTO django_session (session_key, session_data, expire_date) VALUES (?, ?, ?)
		ON CONFLICT (session_key) DO NOTHING`
	return s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, session.Key, session.Data, session.ExpireDate)
		if result.Error == nil && result.RowsAffected == 0 {
			return models.ErrConflict
		}
		return result.Error
	})
}

// ReplaceSession makes the session of that key into the given one, which may have another key. It returns
// models.ErrNotFound if the session is gone: writing never brings one back.
func (s *Store) ReplaceSession(ctx context.Context, key string, session models.Session) error {
	const query = "UPDATE django_session SET session_key = ?, session_data = ?, expire_date = ? WHERE session_key = ?"
	return s.writeRow(ctx, models.SessionRow(key), func(db *gorm.DB) error {
		return oneRow(db.Exec(query, session.Key, session.Data, session.ExpireDate, key))
	})
}

// ExtendSession moves the end of the session of that key, and leaves its data alone. It returns models.ErrNotFound if
// the session is gone.
//
// Nobody who has the row in memory hears of it, as some settings move the end with every request: a row that has ended in
// memory is to be read again.
func (s *Store) ExtendSession(ctx context.Context, key string, until time.Time) error {
	const query = "UPDATE django_session SET expire_date = ? WHERE session_key = ?"
	return s.write(ctx, func(db *gorm.DB) error { return oneRow(db.Exec(query, until, key)) })
}

// DeleteSession deletes the session of that key; none is no error.
func (s *Store) DeleteSession(ctx context.Context, key string) error {
	if !storable(key) {
		return nil
	}
	return s.writeRow(ctx, models.SessionRow(key), func(db *gorm.DB) error {
		return db.Exec("DELETE FROM django_session WHERE session_key = ?", key).Error
	})
}

// DeleteExpiredSessions deletes sessions that have ended by now: at most limit of them, oldest first. It returns how
// many; fewer than limit means that none is left.
func (s *Store) DeleteExpiredSessions(ctx context.Context, now time.Time, limit int) (int, error) {
	if s.lacks("django_session") {
		return 0, nil
	}
	const query = `DELETE FROM django_session WHERE expire_date <= ? AND session_key IN (
		SELECT session_key FROM django_session WHERE expire_date <= ? ORDER BY expire_date LIMIT ?)`
	return s.deleteBatch(ctx, query, now, now, limit)
}
