package gormstore

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

// UpdateProfile changes the given fields of a user, and no others, and returns the user as stored from then on. It
// returns models.ErrConflict when somebody else has the name or one that differs in case only (as UsersByUsernameFold
// folds it), and models.ErrNotFound if the user is gone.
//
// The update is its own check: of two users who take one name at once, the second to be written finds no row. On
// PostgreSQL, where neither would see the other, a lock on the folded name makes one of them wait.
func (s *Store) UpdateProfile(ctx context.Context, id models.UserID, p models.Profile) (*models.User, error) {
	var u *models.User
	err := s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.lockUsername(ctx, p.Username); err != nil {
			return err
		}
		var err error
		if u, err = s.updateProfile(ctx, id, p); !errors.Is(err, models.ErrNotFound) {
			return err
		}
		if _, err := s.UserBy(ctx, models.UserFieldID, string(id)); err != nil {
			return err
		}
		return models.ErrConflict
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// updateProfile changes a user whose new name nobody else has; models.ErrNotFound if that is no row.
func (s *Store) updateProfile(ctx context.Context, id models.UserID, p models.Profile) (*models.User, error) {
	const query = `UPDATE auth_user SET username = COALESCE(CAST(? AS text), username),
		first_name = COALESCE(CAST(? AS text), first_name), last_name = COALESCE(CAST(? AS text), last_name)
		WHERE id = CAST(? AS bigint) AND NOT EXISTS (SELECT 1 FROM auth_user AS other
			WHERE UPPER(other.username) = UPPER(CAST(? AS text)) AND other.id <> auth_user.id)
		RETURNING ` + userColumns
	if s.users != nil {
		if err := s.updateOwn(ctx, id, p); err != nil {
			return nil, err
		}
		return s.UserBy(ctx, models.UserFieldID, string(id))
	}
	u := new(models.User)
	err := s.writeRow(ctx, models.UserRow(id), func(db *gorm.DB) error {
		return db.Raw(query, p.Username, p.FirstName, p.LastName, s.key(id), p.Username).Row().Scan(s.userFields(u)...)
	})
	return u, err
}

// lockUsername keeps others from taking a name that equals name but for case, until the transaction in ctx ends.
func (s *Store) lockUsername(ctx context.Context, name *string) error {
	if name == nil || s.dialect.lockUsername == "" {
		return nil
	}
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(s.dialect.lockUsername, *name).Error })
}
