package gormstore

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// AcquireLease gives holder the lease of that name until a time, if nobody else has it now, or if it has run out. The
// holder itself can have it for longer. It reports whether holder has it: of many callers one only.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (acquired bool, err error) {
	const query = `INSERT INTO watchword_lease (name, holder, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE watchword_lease.expires_at <= ? OR watchword_lease.holder = excluded.holder`
	err = s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, name, holder, until, now)
		acquired = result.RowsAffected == 1
		return result.Error
	})
	return acquired, err
}

// ReleaseLease gives a lease back before its end, if holder has it.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec("DELETE FROM watchword_lease WHERE name = ? AND holder = ?", name, holder).Error
	})
}

// DeleteExpiredLeases deletes leases that have run out by now: at most limit of them. It returns how many; fewer than
// limit means that none is left.
func (s *Store) DeleteExpiredLeases(ctx context.Context, now time.Time, limit int) (int, error) {
	const query = `DELETE FROM watchword_lease WHERE name IN (
		SELECT name FROM watchword_lease WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`
	return s.deleteBatch(ctx, query, now, limit)
}
