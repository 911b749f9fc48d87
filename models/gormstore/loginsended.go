package gormstore

import (
	"context"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// EndLogins makes void whatever was handed out to a user before the time at: see models.User.LoginsEnded. It never moves
// that time back. It returns models.ErrNotFound if the user is gone.
//
// It is for tokens of which nothing is kept, such as access tokens; those that have rows are deleted or blacklisted by
// the scheme that made them.
func (s *Store) EndLogins(ctx context.Context, user models.UserID, at time.Time) error {
	return s.EndOtherLogins(ctx, user, at, models.Login{})
}

// EndOtherLogins is EndLogins for all logins but one. A login that was ended before is not spared: nothing that is written
// here brings it back.
func (s *Store) EndOtherLogins(ctx context.Context, user models.UserID, at time.Time, but models.Login) error {
	const query = `INSERT INTO watchword_logins_ended (user_id, ended_at, spared_login) SELECT id, ?, ? FROM auth_user
		WHERE id = CAST(? AS bigint)
		ON CONFLICT (user_id) DO UPDATE SET
			ended_at = CASE WHEN watchword_logins_ended.ended_at < excluded.ended_at
				THEN excluded.ended_at ELSE watchword_logins_ended.ended_at END,
			spared_login = CASE WHEN watchword_logins_ended.ended_at <= ?
				OR watchword_logins_ended.spared_login = excluded.spared_login THEN excluded.spared_login ELSE '' END`
	return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
		return oneRow(db.Exec(s.sql(query), at.UTC().Truncate(time.Microsecond), but.ID, s.key(user), but.IssuedAt.UTC()))
	})
}
