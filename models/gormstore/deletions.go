package gormstore

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// ScheduleDeletion disables an active user, notes that they are to be deleted, and ends their logins for good. It sets the
// ID of d. It returns models.ErrNotFound, and changes nothing, for a user who is gone or not active: so whom somebody has
// disabled is never among those who can take it back.
func (s *Store) ScheduleDeletion(ctx context.Context, d *models.PendingDeletion) error {
	const (
		disable = "UPDATE auth_user SET is_active = FALSE WHERE auth_user.id = CAST(? AS bigint) AND is_active"
		forget  = "DELETE FROM watchword_pending_activation WHERE user_id = CAST(? AS bigint)"
		stale   = "DELETE FROM watchword_pending_deletion WHERE user_id = CAST(? AS bigint)"
		note    = `INSERT INTO watchword_pending_deletion (user_id, due, undoable)
			VALUES (CAST(? AS bigint), ?, TRUE) RETURNING id`
	)
	return s.Atomic(ctx, func(ctx context.Context) error {
		err := s.writeRow(ctx, models.UserRow(d.UserID), func(db *gorm.DB) error {
			if err := oneRow(db.Exec(s.sql(disable), s.key(d.UserID))); err != nil {
				return err
			}
			for _, end := range []string{forget, stale} {
				if err := db.Exec(s.sql(end), s.key(d.UserID)).Error; err != nil {
					return err
				}
			}
			return insert(db, &d.ID, s.sql(note), s.key(d.UserID), d.Due)
		})
		if err != nil {
			return err
		}
		return s.EndLogins(ctx, d.UserID, s.cfg.Now())
	})
}

// PendingDeletion finds the wish with that id that can be taken back now, or returns models.ErrNotFound.
func (s *Store) PendingDeletion(ctx context.Context, id int64, now time.Time) (*models.PendingDeletion, error) {
	const query = "SELECT id, user_id, due FROM watchword_pending_deletion WHERE id = ? AND undoable AND due > ?"
	return s.oneDeletion(ctx, query, id, now)
}

// UndoDeletion ends the wish with that id, if it can be taken back now, and enables the user: for one of many callers. It
// returns models.ErrNotFound if there is none.
func (s *Store) UndoDeletion(ctx context.Context, id int64, now time.Time) (*models.PendingDeletion, error) {
	const query = `DELETE FROM watchword_pending_deletion WHERE id = ? AND undoable AND due > ? RETURNING id, user_id, due`
	return s.undoDeletion(ctx, query, id, now)
}

// UndoDeletionOf is UndoDeletion for a user, whatever the id.
func (s *Store) UndoDeletionOf(ctx context.Context, user models.UserID, now time.Time) (*models.PendingDeletion, error) {
	const query = `DELETE FROM watchword_pending_deletion WHERE user_id = CAST(? AS bigint) AND undoable AND due > ?
		RETURNING id, user_id, due`
	return s.undoDeletion(ctx, s.sql(query), s.key(user), now)
}

func (s *Store) undoDeletion(ctx context.Context, query string, args ...any) (d *models.PendingDeletion, err error) {
	const enable = "UPDATE auth_user SET is_active = TRUE WHERE auth_user.id = CAST(? AS bigint)"
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if d, err = s.oneDeletion(ctx, query, args...); err != nil {
			return err
		}
		return s.writeRow(ctx, models.UserRow(d.UserID), func(db *gorm.DB) error { return oneRow(db.Exec(s.sql(enable), s.key(d.UserID))) })
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// DueDeletions returns up to limit wishes that are due by now, those that were due first before others.
func (s *Store) DueDeletions(ctx context.Context, now time.Time, limit int) (list []models.PendingDeletion, err error) {
	const query = "SELECT id, user_id, due FROM watchword_pending_deletion WHERE due <= ? ORDER BY due, id LIMIT ?"
	err = s.read(ctx, func(db *gorm.DB) (err error) {
		list, err = s.deletions(db, query, now, limit)
		return err
	})
	return list, err
}

// TakeDeletion ends the wish with that id, for one of many callers: to carry it out in the same transaction, or because
// the user was enabled. It returns models.ErrNotFound if there is none.
func (s *Store) TakeDeletion(ctx context.Context, id int64) error {
	return s.write(ctx, func(db *gorm.DB) error {
		return oneRow(db.Exec("DELETE FROM watchword_pending_deletion WHERE id = ?", id))
	})
}

// oneDeletion runs a statement that returns one wish at most, in a transaction if it writes.
func (s *Store) oneDeletion(ctx context.Context, query string, args ...any) (*models.PendingDeletion, error) {
	var list []models.PendingDeletion
	err := s.write(ctx, func(db *gorm.DB) (err error) {
		list, err = s.deletions(db, query, args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, models.ErrNotFound
	}
	return &list[0], nil
}

func (s *Store) deletions(db *gorm.DB, query string, args ...any) (list []models.PendingDeletion, err error) {
	rows, err := db.Raw(query, args...).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var d models.PendingDeletion
		if err := rows.Scan(&d.ID, s.intoID(&d.UserID), &d.Due); err != nil {
			return nil, err
		}
		d.Due = d.Due.UTC()
		list = append(list, d)
	}
	return list, rows.Err()
}
