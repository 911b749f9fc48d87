package gormstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// RefreshState returns what is known of the refresh token with that jti; nothing is no error.
func (s *Store) RefreshState(ctx context.Context, jti string) (models.RefreshState, error) {
	const query = `SELECT b.id IS NOT NULL, f.started_at FROM (SELECT 1 AS one) AS always
		LEFT JOIN token_blacklist_outstandingtoken AS o ON o.jti = ?
		LEFT JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id
		LEFT JOIN watchword_refresh_family AS f ON f.current_jti = ?`
	var state models.RefreshState
	if !storable(jti) {
		return state, nil
	}
	var started sql.NullTime
	err := s.row(ctx, query, []any{jti, jti}, &state.Ended, &started)
	state.StartedAt = started.Time
	return state, err
}

// AdvanceFamily makes r.Child the current token of the family whose current token is r.Parent, and reports whether there
// was one that nobody had ended: of many callers, for one. Others who advance or end the family wait for the end of the
// transaction that ctx carries.
func (s *Store) AdvanceFamily(ctx context.Context, r models.RefreshRotation) (bool, error) {
	const query = `UPDATE watchword_refresh_family
		SET parent_jti = current_jti, current_jti = ?, access_jti = ?, rotated_at = ?, expires_at = ?
		WHERE current_jti = ? AND ended_at IS NULL RETURNING id`
	var family string
	err := s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &family, query, r.Child, r.Access, r.At, r.ChildExpiresAt, r.Parent)
	})
	if err != nil || family == "" {
		return false, err
	}
	return true, s.retire(ctx, r, family)
}

// StartFamily makes a family of r.Parent and r.Child. The caller has just ended r.Parent, alone of all; a family that
// began with it before somebody took it off the blacklist is begun anew.
func (s *Store) StartFamily(ctx context.Context, r models.RefreshRotation) error {
	const query = `INSERT INTO watchword_refresh_family
		(id, started_at, parent_jti, current_jti, access_jti, rotated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, parent_jti = excluded.parent_jti,
		current_jti = excluded.current_jti, access_jti = excluded.access_jti, rotated_at = excluded.rotated_at,
		expires_at = excluded.expires_at, ended_at = NULL`
	err := s.write(ctx, func(db *gorm.DB) error {
		return db.Exec(query, r.Parent, r.StartedAt, r.Parent, r.Child, r.Access, r.At, r.ChildExpiresAt).Error
	})
	if err != nil {
		return err
	}
	return s.retire(ctx, r, r.Parent)
}

// retire notes which family r.Parent belonged to.
func (s *Store) retire(ctx context.Context, r models.RefreshRotation, family string) error {
	const query = `INSERT INTO watchword_retired_refresh (jti, family_id, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (jti) DO UPDATE SET family_id = excluded.family_id, expires_at = excluded.expires_at`
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec(query, r.Parent, family, r.ParentExpiresAt).Error
	})
}

// FamilyOfRetired returns the family of a token that was traded for another. It returns models.ErrNotFound for a jti
// that never was.
func (s *Store) FamilyOfRetired(ctx context.Context, jti string) (*models.RefreshFamily, error) {
	const query = `SELECT f.id, f.started_at, f.parent_jti, f.current_jti, f.access_jti, f.rotated_at, f.expires_at,
		f.ended_at IS NULL AND b.id IS NULL
		FROM watchword_retired_refresh AS r JOIN watchword_refresh_family AS f ON f.id = r.family_id
		LEFT JOIN token_blacklist_outstandingtoken AS o ON o.jti = f.current_jti
		LEFT JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = o.id WHERE r.jti = ?`
	if !storable(jti) {
		return nil, models.ErrNotFound
	}
	f := new(models.RefreshFamily)
	err := s.row(ctx, query, []any{jti}, &f.ID, &f.StartedAt, &f.Parent, &f.Current, &f.Access, &f.RotatedAt, &f.ExpiresAt,
		&f.Alive)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// EndFamily ends a family, and blacklists its current token. It reports whether nobody had ended it before.
func (s *Store) EndFamily(ctx context.Context, id string, at time.Time) (ended bool, err error) {
	const (
		end = "UPDATE watchword_refresh_family SET ended_at = ? WHERE id = ? AND ended_at IS NULL"
		// A statement of its own: it sees the token of a rotation that the first one waited for.
		blacklist = `INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
			SELECT o.id, ? FROM token_blacklist_outstandingtoken AS o
			JOIN watchword_refresh_family AS f ON f.current_jti = o.jti WHERE f.id = ? ON CONFLICT (token_id) DO NOTHING`
	)
	err = s.Atomic(ctx, func(ctx context.Context) error {
		return s.write(ctx, func(db *gorm.DB) error {
			result := db.Exec(end, at, id)
			if ended = result.RowsAffected == 1; result.Error != nil || !ended {
				return result.Error
			}
			return db.Exec(blacklist, at, id).Error
		})
	})
	return ended && err == nil, err
}

// DeleteExpiredFamilies deletes the families whose current token has expired by now, and the notes on retired tokens
// that have: at most limit rows of each. It returns the greater number; less than limit means that none is left.
func (s *Store) DeleteExpiredFamilies(ctx context.Context, now time.Time, limit int) (int, error) {
	// The first condition is repeated for a family that is advanced at the same time, whose token may be used a little
	// after its end.
	families, err := s.deleteExpired(ctx, `DELETE FROM watchword_refresh_family WHERE expires_at <= ? AND id IN
		(SELECT id FROM watchword_refresh_family WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`, now, limit)
	retired, err2 := s.deleteExpired(ctx, `DELETE FROM watchword_retired_refresh WHERE expires_at <= ? AND jti IN
		(SELECT jti FROM watchword_retired_refresh WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`, now, limit)
	return max(families, retired), errors.Join(err, err2)
}

// deleteExpired runs a statement that deletes up to limit rows.
func (s *Store) deleteExpired(ctx context.Context, query string, now time.Time, limit int) (deleted int, err error) {
	err = s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, now, now, limit)
		deleted = int(result.RowsAffected)
		return result.Error
	})
	return deleted, err
}
