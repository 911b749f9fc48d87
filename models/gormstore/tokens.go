package gormstore

import (
	"context"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// RecordOutstanding notes a refresh token that was handed out, and sets its ID. It returns models.ErrConflict if the
// jti is known, and models.ErrNotFound if the user is gone.
func (s *Store) RecordOutstanding(ctx context.Context, t *models.OutstandingToken) error {
	const query = `INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at, user_id)
		VALUES (?, ?, ?, ?, CAST(? AS bigint)) RETURNING id`
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &t.ID, s.sql(query), t.JTI, t.Token, t.CreatedAt, t.ExpiresAt, s.key(t.UserID))
	})
}

// Blacklist ends the refresh token with t's jti; first says whether it was alive until now. A jti that is not
// outstanding is recorded from t, without a user if t's user is gone.
//
// The gate is the insert of the blacklist row, whose count of rows is 1 for exactly one of any number of callers.
// It is tried first because nearly all tokens are outstanding; a replay pays for the detour.
func (s *Store) Blacklist(ctx context.Context, t *models.OutstandingToken, at time.Time) (first bool, err error) {
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if first, err = s.blacklistKnown(ctx, t.JTI, at); first || err != nil {
			return err
		}
		if err := s.recordIfUnknown(ctx, t); err != nil {
			return err
		}
		first, err = s.blacklistKnown(ctx, t.JTI, at)
		return err
	})
	return first && err == nil, err
}

// blacklistKnown ends the token with that jti, if it is outstanding and alive.
func (s *Store) blacklistKnown(ctx context.Context, jti string, at time.Time) (first bool, err error) {
	const query = `INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
		SELECT id, ? FROM token_blacklist_outstandingtoken WHERE jti = ? ON CONFLICT (token_id) DO NOTHING`
	err = s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, at, jti)
		first = result.RowsAffected == 1
		return result.Error
	})
	return first, err
}

// recordIfUnknown makes the outstanding row for a jti that has none. On PostgreSQL it waits for another transaction
// that is doing so.
func (s *Store) recordIfUnknown(ctx context.Context, t *models.OutstandingToken) error {
	const query = `INSERT INTO token_blacklist_outstandingtoken (jti, token, created_at, expires_at, user_id)
		VALUES (?, ?, ?, ?, (SELECT id FROM auth_user WHERE id = CAST(? AS bigint))) ON CONFLICT (jti) DO NOTHING`
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec(s.sql(query), t.JTI, t.Token, t.CreatedAt, t.ExpiresAt, s.key(t.UserID)).Error
	})
}

// BlacklistAll ends all refresh tokens of a user that are alive, but for those whose ids begin with spared; "" spares none.
//
// On PostgreSQL a token that is being exchanged at this moment makes the insert wait, and its successor can be seen only
// afterwards. That is why it looks again until nothing is left.
func (s *Store) BlacklistAll(ctx context.Context, user models.UserID, at time.Time, spared string) error {
	if s.lacks("token_blacklist_outstandingtoken") {
		return nil
	}
	alive := `FROM token_blacklist_outstandingtoken AS o WHERE o.user_id = CAST(? AS bigint) AND o.expires_at > ?
		AND NOT EXISTS (SELECT 1 FROM token_blacklist_blacklistedtoken AS b WHERE b.token_id = o.id)`
	args := []any{s.key(user), at}
	if spared != "" {
		alive += " AND SUBSTR(o.jti, 1, LENGTH(CAST(? AS text))) <> CAST(? AS text)"
		args = append(args, spared, spared)
	}
	end := "INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at) SELECT o.id, ? " + alive + " ON CONFLICT (token_id) DO NOTHING"
	return s.Atomic(ctx, func(ctx context.Context) error {
		return s.write(ctx, func(db *gorm.DB) error {
			for left := true; left; {
				if err := db.Exec(s.sql(end), append([]any{at}, args...)...).Error; err != nil {
					return err
				}
				if err := db.Raw(s.sql("SELECT EXISTS (SELECT 1 "+alive+")"), args...).Row().Scan(&left); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Blacklisted reports whether the refresh token with that jti was ended.
func (s *Store) Blacklisted(ctx context.Context, jti string) (bool, error) {
	const query = `SELECT 1 FROM token_blacklist_outstandingtoken AS o
		JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id WHERE o.jti = ?`
	if !storable(jti) {
		return false, nil
	}
	return s.exists(ctx, query, jti)
}

// DeleteExpiredTokens deletes outstanding tokens that have expired by now, and their blacklist rows: at most limit
// tokens, oldest first, in one short transaction. It returns how many; fewer than limit means that none is left.
func (s *Store) DeleteExpiredTokens(ctx context.Context, now time.Time, limit int) (int, error) {
	if s.lacks("token_blacklist_outstandingtoken") {
		return 0, nil
	}
	const expired = "(SELECT id FROM token_blacklist_outstandingtoken WHERE expires_at <= ? ORDER BY id LIMIT ?)"
	var deleted int64
	err := s.Atomic(ctx, func(ctx context.Context) error {
		return s.write(ctx, func(db *gorm.DB) error {
			err := db.Exec("DELETE FROM token_blacklist_blacklistedtoken WHERE token_id IN "+expired, now, limit).Error
			if err != nil {
				return err
			}
			result := db.Exec("DELETE FROM token_blacklist_outstandingtoken WHERE id IN "+expired, now, limit)
			deleted = result.RowsAffected
			return result.Error
		})
	})
	return int(deleted), err
}
