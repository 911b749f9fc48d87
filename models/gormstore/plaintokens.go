package gormstore

import (
	"context"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// UserByPlainToken finds the user whose authtoken_token is key. It returns models.ErrNotFound if there is none. The cast
// is that of SessionAndUser.
func (s *Store) UserByPlainToken(ctx context.Context, key string) (*models.User, error) {
	const query = `SELECT ` + joinedColumns + ` FROM authtoken_token AS t JOIN auth_user AS u ON u.id = t.user_id
		WHERE t.key = CAST(? AS text)`
	if !storable(key) {
		return nil, models.ErrNotFound
	}
	u := new(models.User)
	if err := s.lookup(ctx, s.sql(query), []any{key}, s.userFields(u)...); err != nil {
		return nil, err
	}
	return u, nil
}

// PlainToken returns the key of t's user. Where the user has none, t becomes it; of several callers at once all get the
// same key. It returns models.ErrNotFound if the user is gone.
func (s *Store) PlainToken(ctx context.Context, t models.AuthToken) (key string, err error) {
	const insert = `INSERT INTO authtoken_token (key, user_id, created) VALUES (?, CAST(? AS bigint), ?)
		ON CONFLICT (user_id) DO NOTHING`
	const query = "SELECT key FROM authtoken_token WHERE user_id = CAST(? AS bigint)"
	err = s.Atomic(ctx, func(ctx context.Context) error {
		return s.write(ctx, func(db *gorm.DB) error {
			if err := db.Exec(s.sql(insert), t.Key, s.key(t.UserID), t.Created).Error; err != nil {
				return err
			}
			return db.Raw(s.sql(query), s.key(t.UserID)).Row().Scan(&key)
		})
	})
	return key, err
}

// PlainTokenCreated says when the authtoken_token with that key was made. It returns models.ErrNotFound if there is none.
func (s *Store) PlainTokenCreated(ctx context.Context, key string) (at time.Time, err error) {
	if !storable(key) {
		return at, models.ErrNotFound
	}
	err = s.lookup(ctx, "SELECT COALESCE(created, NULL) FROM authtoken_token WHERE key = CAST(? AS text)", []any{key}, &at)
	return at.UTC(), err
}

// DeletePlainToken deletes the user's authtoken_token; none is no error.
func (s *Store) DeletePlainToken(ctx context.Context, user models.UserID) error {
	if s.lacks("authtoken_token") {
		return nil
	}
	return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
		return db.Exec(s.sql("DELETE FROM authtoken_token WHERE user_id = CAST(? AS bigint)"), s.key(user)).Error
	})
}
