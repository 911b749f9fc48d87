package gormstore

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// NoteEmailChange inserts c and sets its ID, which must be 0. It returns models.ErrNotFound if the user is gone.
func (s *Store) NoteEmailChange(ctx context.Context, c *models.EmailChange) error {
	const query = `INSERT INTO watchword_email_change (user_id, email, made_at)
		SELECT id, ?, ? FROM auth_user WHERE id = CAST(? AS bigint) RETURNING id`
	err := s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &c.ID, s.sql(query), c.Email, c.MadeAt, s.key(c.UserID))
	})
	if err == nil && c.ID == 0 {
		return models.ErrNotFound
	}
	return err
}

// EmailChange finds the change with that id that was made at or after since, or returns models.ErrNotFound.
func (s *Store) EmailChange(ctx context.Context, id int64, since time.Time) (*models.EmailChange, error) {
	const query = `SELECT id, user_id, email, made_at FROM watchword_email_change
		WHERE id = ? AND made_at >= ?`
	c := new(models.EmailChange)
	if err := s.row(ctx, query, []any{id, since}, &c.ID, s.intoID(&c.UserID), &c.Email, &c.MadeAt); err != nil {
		return nil, err
	}
	c.MadeAt = c.MadeAt.UTC()
	return c, nil
}

// TakeEmailChange ends the change with that id, which was made at or after since, together with all later ones of its
// user, and returns it: to one of many callers. It returns models.ErrNotFound if there is none.
//
// The later ones end too, or whoever made the change could take back that it was taken back.
func (s *Store) TakeEmailChange(ctx context.Context, id int64, since time.Time) (taken *models.EmailChange, err error) {
	const query = `DELETE FROM watchword_email_change WHERE id >= ? AND user_id = (
		SELECT c.user_id FROM watchword_email_change AS c WHERE c.id = ? AND c.made_at >= ?)
		RETURNING id, user_id, email, made_at`
	err = s.write(ctx, func(db *gorm.DB) (err error) {
		rows, err := db.Raw(query, id, id, since).Rows()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var c models.EmailChange
			if err := rows.Scan(&c.ID, s.intoID(&c.UserID), &c.Email, &c.MadeAt); err != nil {
				return err
			}
			if c.ID == id {
				c.MadeAt = c.MadeAt.UTC()
				taken = &c
			}
		}
		return rows.Err()
	})
	if err == nil && taken == nil {
		return nil, models.ErrNotFound
	}
	return taken, err
}

// RestoreEmail makes email the only address of a user, primary and in auth_user, and proved unless somebody else has
// proved it by now. It also ends whatever the user is at identity providers. It returns models.ErrNotFound if the user is
// gone.
func (s *Store) RestoreEmail(ctx context.Context, user models.UserID, email string) error {
	const (
		keys = `DELETE FROM account_emailconfirmation WHERE email_address_id IN (
			SELECT id FROM account_emailaddress WHERE user_id = CAST(? AS bigint))`
		others  = "DELETE FROM account_emailaddress WHERE user_id = CAST(? AS bigint)"
		restore = `INSERT INTO account_emailaddress (user_id, email, verified, "primary")
			SELECT CAST(? AS bigint), ?, NOT EXISTS (SELECT 1 FROM account_emailaddress WHERE email = ? AND verified), TRUE`
		note   = "UPDATE auth_user SET email = ? WHERE auth_user.id = CAST(? AS bigint)"
		tokens = `DELETE FROM socialaccount_socialtoken WHERE account_id IN (
			SELECT id FROM socialaccount_socialaccount WHERE user_id = CAST(? AS bigint))`
		accounts = "DELETE FROM socialaccount_socialaccount WHERE user_id = CAST(? AS bigint)"
	)
	return s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.lockEmail(ctx, email); err != nil {
			return err
		}
		if err := s.LockUser(ctx, user); err != nil {
			return err
		}
		return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			if err := oneRow(db.Exec(s.sql(note), email, s.key(user))); err != nil {
				return err
			}
			ends := []string{keys, others}
			if !s.lacks("socialaccount_socialaccount") {
				ends = append(ends, tokens, accounts)
			}
			for _, end := range ends {
				if err := db.Exec(s.sql(end), s.key(user)).Error; err != nil {
					return err
				}
			}
			return db.Exec(s.sql(restore), s.key(user), email, email).Error
		})
	})
}

// DeleteExpiredEmailChanges deletes changes that were made before a time: at most limit of them, oldest first. It returns
// how many; fewer than limit means that none is left.
func (s *Store) DeleteExpiredEmailChanges(ctx context.Context, made time.Time, limit int) (int, error) {
	const query = `DELETE FROM watchword_email_change WHERE id IN (
		SELECT id FROM watchword_email_change WHERE made_at < ? ORDER BY made_at LIMIT ?)`
	return s.deleteBatch(ctx, query, made, limit)
}
