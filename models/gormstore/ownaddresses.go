package gormstore

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

// OwnAddresses returns the addresses that a user claims, oldest first. None is no error.
func (s *Store) OwnAddresses(ctx context.Context, user models.UserID) (list []models.EmailAddress, err error) {
	const query = "SELECT " + addressColumns + " FROM account_emailaddress WHERE user_id = CAST(? AS bigint) ORDER BY id"
	err = s.read(ctx, func(db *gorm.DB) (err error) {
		rows, err := db.Raw(s.sql(query), s.key(user)).Rows()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var a models.EmailAddress
			if err := rows.Scan(&a.ID, s.intoID(&a.UserID), &a.Email, &a.Verified, &a.Primary); err != nil {
				return err
			}
			list = append(list, a)
		}
		return rows.Err()
	})
	return list, err
}

// MakePrimary makes an address of a user the primary one, which auth_user holds too. It returns models.ErrNotFound, and
// changes nothing, if the user has no such address. Of several at once the last holds, and one is the primary one at any
// time.
//
// Source: allauth.account.models.EmailAddress.set_as_primary.
func (s *Store) MakePrimary(ctx context.Context, user models.UserID, address int64) error {
	const (
		demote = `UPDATE account_emailaddress SET "primary" = FALSE
			WHERE user_id = CAST(? AS bigint) AND "primary" AND id <> ?`
		mark = `UPDATE account_emailaddress SET "primary" = TRUE WHERE id = ?`
		note = "UPDATE auth_user SET email = ? WHERE auth_user.id = CAST(? AS bigint)"
	)
	return s.Atomic(ctx, func(ctx context.Context) error {
		a, err := s.ownAddress(ctx, user, address)
		if err != nil {
			return err
		}
		return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			if err := db.Exec(s.sql(demote), s.key(user), a.ID).Error; err != nil {
				return err
			}
			if err := oneRow(db.Exec(mark, a.ID)); err != nil {
				return err
			}
			return db.Exec(s.sql(note), a.Email, s.key(user)).Error
		})
	})
}

// ownAddress finds an address of a user, whom nobody else changes until the transaction that ctx carries ends.
func (s *Store) ownAddress(ctx context.Context, user models.UserID, address int64) (*models.EmailAddress, error) {
	if err := s.LockUser(ctx, user); err != nil {
		return nil, err
	}
	a, err := s.EmailAddress(ctx, address)
	if err == nil && a.UserID != user {
		return nil, models.ErrNotFound
	}
	return a, err
}

// DeleteEmailAddress deletes an address of a user, with the keys that would prove it. If auth_user holds it, that holds
// another address of theirs from then on, a proved one before others, or none. It returns models.ErrNotFound if the user
// has no such address.
//
// Source: allauth.account.models.EmailAddress.remove.
func (s *Store) DeleteEmailAddress(ctx context.Context, user models.UserID, address int64) error {
	const (
		keys   = "DELETE FROM account_emailconfirmation WHERE email_address_id = ?"
		remove = "DELETE FROM account_emailaddress WHERE id = ?"
		note   = `UPDATE auth_user SET email = COALESCE((SELECT email FROM account_emailaddress
			WHERE user_id = CAST(? AS bigint) ORDER BY verified DESC, id LIMIT 1), '')
			WHERE auth_user.id = CAST(? AS bigint) AND email = ?`
	)
	return s.Atomic(ctx, func(ctx context.Context) error {
		a, err := s.ownAddress(ctx, user, address)
		if err != nil {
			return err
		}
		return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			if err := db.Exec(keys, a.ID).Error; err != nil {
				return err
			}
			if err := oneRow(db.Exec(remove, a.ID)); err != nil {
				return err
			}
			return db.Exec(s.sql(note), s.key(user), s.key(user), a.Email).Error
		})
	})
}
