package gormstore

import (
	"context"

	"gorm.io/gorm"

	"watchword/models"
)

// AwaitActivation notes that a user has yet to prove their address. Of one who is waiting already it notes nothing new:
// the links that were mailed before stay good. Of a user who is gone it notes nothing at all.
func (s *Store) AwaitActivation(ctx context.Context, p models.PendingActivation) error {
	const query = `INSERT INTO watchword_pending_activation (user_id, since)
		SELECT id, ? FROM auth_user WHERE id = CAST(? AS bigint) ON CONFLICT (user_id) DO NOTHING`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(s.sql(query), p.Since, s.key(p.UserID)).Error })
}

// PendingActivation returns what a user waits for, or models.ErrNotFound if nothing.
func (s *Store) PendingActivation(ctx context.Context, user models.UserID) (*models.PendingActivation, error) {
	const query = `SELECT user_id, since FROM watchword_pending_activation WHERE user_id = CAST(? AS bigint)`
	p := new(models.PendingActivation)
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw(s.sql(query), s.key(user)).Row().Scan(s.intoID(&p.UserID), &p.Since)
	})
	if err != nil {
		return nil, err
	}
	p.Since = p.Since.UTC()
	return p, nil
}

// Activate makes a user active who waits for it, and ends the waiting: for one of many callers. It reports false, and
// changes nothing, for a user who does not wait.
func (s *Store) Activate(ctx context.Context, user models.UserID) (waited bool, err error) {
	const end = "DELETE FROM watchword_pending_activation WHERE user_id = CAST(? AS bigint)"
	const activate = "UPDATE auth_user SET is_active = ? WHERE auth_user.id = CAST(? AS bigint)"
	err = s.Atomic(ctx, func(ctx context.Context) error {
		return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			ended := db.Exec(s.sql(end), s.key(user))
			if waited = ended.RowsAffected == 1; ended.Error != nil || !waited {
				return ended.Error
			}
			return oneRow(db.Exec(s.sql(activate), true, s.key(user)))
		})
	})
	return waited && err == nil, err
}

// SetActive enables a user or disables them, and ends any waiting for an activation: from then on no mail changes it. A
// wish of theirs to be deleted ends when they are enabled, and cannot be taken back any more when they are disabled.
// Disabling ends the user's logins for good (see EndLogins), so that enabling brings none of them back. It returns
// models.ErrNotFound if the user is gone.
func (s *Store) SetActive(ctx context.Context, user models.UserID, active bool) error {
	const end = "DELETE FROM watchword_pending_activation WHERE user_id = CAST(? AS bigint)"
	wish := "UPDATE watchword_pending_deletion SET undoable = FALSE WHERE user_id = CAST(? AS bigint)"
	if active {
		wish = "DELETE FROM watchword_pending_deletion WHERE user_id = CAST(? AS bigint)"
	}
	const set = "UPDATE auth_user SET is_active = ? WHERE auth_user.id = CAST(? AS bigint)"
	return s.Atomic(ctx, func(ctx context.Context) error {
		err := s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			if err := db.Exec(s.sql(end), s.key(user)).Error; err != nil {
				return err
			}
			if err := db.Exec(s.sql(wish), s.key(user)).Error; err != nil {
				return err
			}
			return oneRow(db.Exec(s.sql(set), active, s.key(user)))
		})
		if err != nil || active {
			return err
		}
		return s.EndLogins(ctx, user, s.cfg.Now())
	})
}
