package gormstore

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// LoginToken finds the login token whose digest is one of digests, and its user. It returns models.ErrNotFound if there
// is none.
func (s *Store) LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error) {
	const begin = `SELECT t.hashed_token, COALESCE(t.created, NULL), COALESCE(r.refreshed_at, NULL), ` + joinedColumns + `
		FROM rest_authtoken_authtoken AS t JOIN auth_user AS u ON u.id = t.user_id
		LEFT JOIN watchword_authtoken_refresh AS r ON r.hashed_token = t.hashed_token WHERE t.hashed_token IN (?`
	if len(digests) == 0 {
		return nil, nil, models.ErrNotFound
	}
	args := make([]any, len(digests))
	for i, digest := range digests {
		args[i] = digest
	}
	query := begin + ")" // nearly always, and made by the compiler
	if others := len(digests) - 1; others > 0 {
		query = begin + strings.Repeat(", ?", others) + ")"
	}
	t, u := new(models.LoginToken), new(models.User)
	if err := s.lookup(ctx, s.sql(query), args, s.userFields(u, &t.Digest, &t.Created, &t.Refreshed)...); err != nil {
		return nil, nil, err
	}
	t.UserID = u.ID
	return t, u, nil
}

// CreateLoginToken inserts t. With a limit above 0 the user keeps that many tokens, the youngest; the others end. It
// returns models.ErrNotFound if the user is gone.
//
// A lock on the user makes two logins of one user wait for each other, or neither would count the other's token.
func (s *Store) CreateLoginToken(ctx context.Context, t models.LoginToken, limit int) error {
	const query = "INSERT INTO rest_authtoken_authtoken (hashed_token, created, user_id) VALUES (?, ?, CAST(? AS bigint))"
	return s.Atomic(ctx, func(ctx context.Context) error {
		return s.writeRow(ctx, models.UserRow(t.UserID), func(db *gorm.DB) error {
			if limit > 0 && s.dialect.lockUser != "" {
				if err := db.Exec(s.sql(s.dialect.lockUser), s.key(t.UserID)).Error; err != nil {
					return err
				}
			}
			if err := db.Exec(s.sql(query), t.Digest, t.Created, s.key(t.UserID)).Error; err != nil || limit <= 0 {
				return err
			}
			return s.endOldest(db, t, limit-1)
		})
	})
}

// endOldest leaves the user of t that many tokens beside t.
func (s *Store) endOldest(db *gorm.DB, t models.LoginToken, others int) error {
	const query = `DELETE FROM rest_authtoken_authtoken WHERE user_id = CAST(? AS bigint) AND hashed_token <> ?
		AND hashed_token NOT IN (SELECT hashed_token FROM rest_authtoken_authtoken
			WHERE user_id = CAST(? AS bigint) AND hashed_token <> ? ORDER BY created DESC, hashed_token LIMIT ?)`
	user := s.key(t.UserID)
	return db.Exec(s.sql(query), user, t.Digest, user, t.Digest, others).Error
}

// RefreshLoginToken notes that a login token was used at a time, unless a use at or after the time since is noted
// already. It returns models.ErrNotFound if the token is gone.
func (s *Store) RefreshLoginToken(ctx context.Context, digest models.Digest, at, since time.Time) error {
	const query = `INSERT INTO watchword_authtoken_refresh (hashed_token, refreshed_at) VALUES (?, ?)
		ON CONFLICT (hashed_token) DO UPDATE SET refreshed_at = excluded.refreshed_at
		WHERE watchword_authtoken_refresh.refreshed_at < ?`
	return s.writeRow(ctx, models.LoginTokenRow(digest), func(db *gorm.DB) error { return db.Exec(query, digest, at, since).Error })
}

// DeleteLoginToken deletes one login token, and says whether it was there: of many callers to one only.
func (s *Store) DeleteLoginToken(ctx context.Context, digest models.Digest) (deleted bool, err error) {
	err = s.writeRow(ctx, models.LoginTokenRow(digest), func(db *gorm.DB) error {
		result := db.Exec("DELETE FROM rest_authtoken_authtoken WHERE hashed_token = ?", digest)
		deleted = result.RowsAffected == 1
		return result.Error
	})
	return deleted, err
}

// DeleteLoginTokens deletes all login tokens of a user.
func (s *Store) DeleteLoginTokens(ctx context.Context, user models.UserID) error {
	if s.lacks("rest_authtoken_authtoken") {
		return nil
	}
	return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
		return db.Exec(s.sql("DELETE FROM rest_authtoken_authtoken WHERE user_id = CAST(? AS bigint)"), s.key(user)).Error
	})
}

// DeleteOtherLoginTokens deletes all login tokens of a user but the given one.
func (s *Store) DeleteOtherLoginTokens(ctx context.Context, user models.UserID, but models.Digest) error {
	if s.lacks("rest_authtoken_authtoken") {
		return nil
	}
	const query = "DELETE FROM rest_authtoken_authtoken WHERE user_id = CAST(? AS bigint) AND hashed_token <> ?"
	return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error { return db.Exec(s.sql(query), s.key(user), but).Error })
}

// DeleteExpiredLoginTokens deletes login tokens that were made, and last noted as used, before the time unused, and
// those made before the time made: at most limit of them, oldest first. It returns how many; fewer than limit means that
// none is left.
func (s *Store) DeleteExpiredLoginTokens(ctx context.Context, unused, made time.Time, limit int) (int, error) {
	if s.lacks("rest_authtoken_authtoken") {
		return 0, nil
	}
	const query = `DELETE FROM rest_authtoken_authtoken WHERE hashed_token IN (
		SELECT t.hashed_token FROM rest_authtoken_authtoken AS t
			LEFT JOIN watchword_authtoken_refresh AS r ON r.hashed_token = t.hashed_token
			WHERE t.created < ? AND (COALESCE(r.refreshed_at, t.created) < ? OR t.created < ?)
			ORDER BY t.created LIMIT ?)`
	youngest := unused
	if made.After(unused) {
		youngest = made
	}
	return s.deleteBatch(ctx, query, youngest, unused, made, limit)
}

// deleteBatch runs a DELETE and returns how many rows it took.
func (s *Store) deleteBatch(ctx context.Context, query string, args ...any) (int, error) {
	var deleted int64
	err := s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, args...)
		deleted = result.RowsAffected
		return result.Error
	})
	return int(deleted), err
}
