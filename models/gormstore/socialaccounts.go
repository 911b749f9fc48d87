package gormstore

import (
	"context"

	"gorm.io/gorm"

	"watchword/models"
)

// socialColumns are the columns of models.SocialAccount.
const socialColumns = "id, user_id, provider, uid, last_login, date_joined, extra_data"

// SocialAccount finds the account that provider knows as uid. It returns models.ErrNotFound if there is none.
func (s *Store) SocialAccount(ctx context.Context, provider, uid string) (*models.SocialAccount, error) {
	const query = "SELECT " + socialColumns + " FROM socialaccount_socialaccount WHERE provider = ? AND uid = ?"
	if !storable(provider) || !storable(uid) {
		return nil, models.ErrNotFound
	}
	a := new(models.SocialAccount)
	if err := s.row(ctx, query, []any{provider, uid}, s.socialFields(a)...); err != nil {
		return nil, err
	}
	return a, nil
}

// socialFields is where a row of socialColumns is read to.
func (s *Store) socialFields(a *models.SocialAccount) []any {
	return []any{&a.ID, s.intoID(&a.UserID), &a.Provider, &a.UID, &a.LastLogin, &a.DateJoined, &a.ExtraData}
}

// SocialAccounts returns the accounts at providers that the user has, ordered by id; none is no error.
func (s *Store) SocialAccounts(ctx context.Context, user models.UserID) ([]models.SocialAccount, error) {
	const query = "SELECT " + socialColumns + " FROM socialaccount_socialaccount WHERE user_id = CAST(? AS bigint) ORDER BY id"
	var list []models.SocialAccount
	err := s.read(ctx, func(db *gorm.DB) error {
		rows, err := db.Raw(s.sql(query), s.key(user)).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // Err says what there is to say
		for rows.Next() {
			var a models.SocialAccount
			if err := rows.Scan(s.socialFields(&a)...); err != nil {
				return err
			}
			list = append(list, a)
		}
		return rows.Err()
	})
	return list, err
}

// AddSocialAccount inserts a and sets its ID, which must be 0. It returns models.ErrConflict if the account at the
// provider is somebody's already; the transaction, if there is one, goes on. Of several at once one is first, and the
// others wait for its transaction. It returns models.ErrNotFound if the user is gone.
func (s *Store) AddSocialAccount(ctx context.Context, a *models.SocialAccount) error {
	const query = `INSERT INTO socialaccount_socialaccount (user_id, provider, uid, last_login, date_joined, extra_data)
		VALUES (CAST(? AS bigint), ?, ?, ?, ?, ?) ON CONFLICT (provider, uid) DO NOTHING RETURNING id`
	err := s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &a.ID, s.sql(query), s.key(a.UserID), a.Provider, a.UID, a.LastLogin, a.DateJoined, a.ExtraData)
	})
	if err == nil && a.ID == 0 {
		return models.ErrConflict
	}
	return err
}

// UpdateSocialAccount sets LastLogin and ExtraData of the account with the ID of a. It returns models.ErrNotFound if that
// is gone.
func (s *Store) UpdateSocialAccount(ctx context.Context, a *models.SocialAccount) error {
	const query = "UPDATE socialaccount_socialaccount SET last_login = ?, extra_data = ? WHERE id = ?"
	return s.write(ctx, func(db *gorm.DB) error {
		return oneRow(db.Exec(query, a.LastLogin, a.ExtraData, a.ID))
	})
}

// DeleteSocialAccount deletes that account of the user, and its tokens. It returns models.ErrNotFound if the user has no
// such account.
func (s *Store) DeleteSocialAccount(ctx context.Context, user models.UserID, id int64) error {
	const tokens = `DELETE FROM socialaccount_socialtoken WHERE account_id IN (SELECT id
		FROM socialaccount_socialaccount WHERE id = ? AND user_id = CAST(? AS bigint))`
	const account = "DELETE FROM socialaccount_socialaccount WHERE id = ? AND user_id = CAST(? AS bigint)"
	return s.Atomic(ctx, func(ctx context.Context) error {
		return s.write(ctx, func(db *gorm.DB) error {
			if err := db.Exec(s.sql(tokens), id, s.key(user)).Error; err != nil {
				return err
			}
			return oneRow(db.Exec(s.sql(account), id, s.key(user)))
		})
	})
}

// KeepSocialToken puts t in the place of the token that the account has from an app that is configured by settings, as
// all apps here are. Of several at once the last stays.
func (s *Store) KeepSocialToken(ctx context.Context, t models.SocialToken) error {
	const remove = "DELETE FROM socialaccount_socialtoken WHERE account_id = ? AND app_id IS NULL"
	const add = `INSERT INTO socialaccount_socialtoken (account_id, token, token_secret, expires_at) VALUES (?, ?, ?, ?)`
	return s.Atomic(ctx, func(ctx context.Context) error {
		return s.write(ctx, func(db *gorm.DB) error {
			if err := db.Exec(remove, t.AccountID).Error; err != nil {
				return err
			}
			return db.Exec(add, t.AccountID, t.Token, t.TokenSecret, t.ExpiresAt).Error
		})
	})
}

// LockUser makes others who lock the user wait until the transaction that ctx carries ends. On SQLite there is nothing to
// do: from its start, a transaction is the only one that writes. Nobody of that id is no error.
func (s *Store) LockUser(ctx context.Context, id models.UserID) error {
	if s.dialect.lockUser == "" {
		return nil
	}
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(s.sql(s.dialect.lockUser), s.key(id)).Error })
}
