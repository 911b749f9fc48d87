package gormstore

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// addressColumns are the columns of models.EmailAddress, in the order in which scanAddress reads them.
const addressColumns = `id, user_id, email, verified, "primary"`

// CreateEmailAddress inserts a and sets its ID, which must be 0. It returns models.ErrConflict if the user has the
// address already, has another primary one, or somebody has proved that it is theirs and this one is verified too; and
// models.ErrNotFound if the user is gone.
func (s *Store) CreateEmailAddress(ctx context.Context, a *models.EmailAddress) error {
	const query = `INSERT INTO account_emailaddress (user_id, email, verified, "primary")
		VALUES (CAST(? AS bigint), ?, ?, ?) RETURNING id`
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &a.ID, s.sql(query), s.key(a.UserID), a.Email, a.Verified, a.Primary)
	})
}

// EmailAddress finds the address with that id, or returns models.ErrNotFound.
func (s *Store) EmailAddress(ctx context.Context, id int64) (*models.EmailAddress, error) {
	return s.oneAddress(ctx, `SELECT `+addressColumns+` FROM account_emailaddress WHERE id = CAST(? AS bigint)`, id)
}

// FirstEmailAddress finds the oldest claim of email, which is compared exactly, proved or not, or returns
// models.ErrNotFound.
func (s *Store) FirstEmailAddress(ctx context.Context, email string) (*models.EmailAddress, error) {
	if !storable(email) {
		return nil, models.ErrNotFound
	}
	return s.oneAddress(ctx, `SELECT `+addressColumns+` FROM account_emailaddress WHERE email = ? ORDER BY id LIMIT 1`, email)
}

// VerifyEmailAddress notes that the user of an address has proved that it is theirs, and makes it the primary one, which
// auth_user holds too, if they have none. It returns models.ErrNotFound, to all but one of many callers, if there is no
// such address or it was proved before, and models.ErrConflict if somebody else has proved it.
func (s *Store) VerifyEmailAddress(ctx context.Context, id int64) error {
	const verify = `UPDATE account_emailaddress SET verified = ? WHERE id = CAST(? AS bigint) AND NOT verified
		AND NOT EXISTS (SELECT 1 FROM account_emailaddress AS other
			WHERE other.email = account_emailaddress.email AND other.verified)`
	return s.Atomic(ctx, func(ctx context.Context) error {
		a, err := s.EmailAddress(ctx, id)
		if err != nil {
			return err
		}
		if err := s.lockEmail(ctx, a.Email); err != nil {
			return err
		}
		if err := s.LockUser(ctx, a.UserID); err != nil {
			return err
		}
		err = s.write(ctx, func(db *gorm.DB) error { return oneRow(db.Exec(verify, true, id)) })
		if errors.Is(err, models.ErrNotFound) {
			return s.whyNotVerified(ctx, id)
		}
		if err != nil {
			return err
		}
		return s.makeFirstPrimary(ctx, id)
	})
}

// whyNotVerified tells an address that was proved before from one that somebody else has proved.
func (s *Store) whyNotVerified(ctx context.Context, id int64) error {
	a, err := s.EmailAddress(ctx, id)
	if err == nil && a.Verified {
		return models.ErrNotFound
	}
	if err == nil {
		return models.ErrConflict
	}
	return err
}

// makeFirstPrimary makes an address the primary one of a user who has none.
//
// Source: allauth.account.models.EmailAddress.set_as_primary with conditional=True.
func (s *Store) makeFirstPrimary(ctx context.Context, id int64) error {
	const mark = `UPDATE account_emailaddress SET "primary" = ? WHERE id = CAST(? AS bigint)
		AND NOT EXISTS (SELECT 1 FROM account_emailaddress AS other
			WHERE other.user_id = account_emailaddress.user_id AND other."primary")`
	const note = `UPDATE auth_user SET email = (SELECT email FROM account_emailaddress WHERE id = ?)
		WHERE auth_user.id = (SELECT user_id FROM account_emailaddress WHERE id = ?)`
	return s.writeRow(ctx, models.EveryRow(), func(db *gorm.DB) error {
		marked := db.Exec(mark, true, id)
		if marked.Error != nil || marked.RowsAffected == 0 {
			return marked.Error
		}
		return db.Exec(s.sql(note), id, id).Error
	})
}

// lockEmail makes others who reserve or prove the address wait until the transaction that ctx carries ends.
func (s *Store) lockEmail(ctx context.Context, email string) error {
	if s.dialect.lockEmail == "" {
		return nil
	}
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(s.dialect.lockEmail, email).Error })
}

// oneAddress runs a query for addressColumns.
func (s *Store) oneAddress(ctx context.Context, query string, arg any) (*models.EmailAddress, error) {
	a := new(models.EmailAddress)
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw(query, arg).Row().Scan(&a.ID, s.intoID(&a.UserID), &a.Email, &a.Verified, &a.Primary)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// CreateEmailConfirmation inserts c and sets its ID, which must be 0. It returns models.ErrConflict if the key is taken,
// and models.ErrNotFound if the address is gone.
func (s *Store) CreateEmailConfirmation(ctx context.Context, c *models.EmailConfirmation) error {
	const query = `INSERT INTO account_emailconfirmation (email_address_id, created, sent, key)
		VALUES (CAST(? AS bigint), ?, ?, ?) RETURNING id`
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &c.ID, query, c.EmailAddressID, c.Created, c.Sent, c.Key)
	})
}

// EmailConfirmation finds the confirmation with that key, or returns models.ErrNotFound.
func (s *Store) EmailConfirmation(ctx context.Context, key string) (*models.EmailConfirmation, error) {
	const query = `SELECT id, email_address_id, created, sent, key FROM account_emailconfirmation WHERE key = ?`
	if !storable(key) {
		return nil, models.ErrNotFound
	}
	c := new(models.EmailConfirmation)
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw(query, key).Row().Scan(&c.ID, &c.EmailAddressID, &c.Created, &c.Sent, &c.Key)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// DeleteExpiredEmailConfirmations deletes confirmations that were sent before a time: at most limit of them, oldest
// first. It returns how many; fewer than limit means that none is left.
func (s *Store) DeleteExpiredEmailConfirmations(ctx context.Context, sent time.Time, limit int) (int, error) {
	if s.lacks("account_emailconfirmation") {
		return 0, nil
	}
	const query = `DELETE FROM account_emailconfirmation WHERE id IN (
		SELECT id FROM account_emailconfirmation WHERE sent < ? ORDER BY sent LIMIT ?)`
	return s.deleteBatch(ctx, query, sent, limit)
}
