package gormstore

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Throttle keeps the counts of throttles in PostgreSQL, for all servers that share it. There is no such table on SQLite,
// whose one server counts in memory.
type Throttle struct{ store *Store }

// Throttle returns the counts, or nil on SQLite.
func (s *Store) Throttle() *Throttle {
	if !s.dialect.isPostgres() {
		return nil
	}
	return &Throttle{s}
}

// TakeHit counts one use of key at a time, unless limit uses lie within the window before it; then it counts nothing and
// says how long to wait. It is one statement, which waits for others about the same key.
func (t *Throttle) TakeHit(ctx context.Context, key string, limit int, window time.Duration, at time.Time) (time.Duration, error) {
	const query = `INSERT INTO watchword_throttle AS old (key, hits, counted, expires_at)
		VALUES (?, ARRAY[CAST(? AS timestamptz)], TRUE, CAST(? AS timestamptz))
		ON CONFLICT (key) DO UPDATE SET (hits, counted, expires_at) = (
			SELECT CASE WHEN count(hit) < ? THEN array_append(recent.hits, excluded.hits[1]) ELSE recent.hits END,
				count(hit) < ?, GREATEST(old.expires_at, excluded.expires_at)
			FROM (SELECT ARRAY(SELECT hit FROM unnest(old.hits) AS hit WHERE hit > ? ORDER BY hit)) AS recent (hits)
			LEFT JOIN unnest(recent.hits) AS hit ON TRUE GROUP BY recent.hits)
		RETURNING counted, hits[1]`
	at = at.Truncate(time.Microsecond)
	var counted bool
	var oldest time.Time
	err := t.store.write(ctx, func(db *gorm.DB) error {
		return db.Raw(query, key, at, at.Add(window), limit, limit, at.Add(-window)).Row().Scan(&counted, &oldest)
	})
	if err != nil || counted {
		return 0, err
	}
	return max(oldest.Add(window).Sub(at), time.Microsecond), nil
}

// ReturnHit takes back the use that was counted at that time.
func (t *Throttle) ReturnHit(ctx context.Context, key string, at time.Time) error {
	return t.store.write(ctx, func(db *gorm.DB) error {
		return db.Exec("UPDATE watchword_throttle SET hits = array_remove(hits, CAST(? AS timestamptz)) WHERE key = ?",
			at.Truncate(time.Microsecond), key).Error
	})
}

// Mark keeps a note about key until a time.
func (t *Throttle) Mark(ctx context.Context, key string, until time.Time) error {
	const query = `INSERT INTO watchword_throttle (key, hits, counted, expires_at) VALUES (?, '{}', TRUE, ?)
		ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at`
	return t.store.write(ctx, func(db *gorm.DB) error { return db.Exec(query, key, until).Error })
}

// Marked reports whether there is a note about key.
func (t *Throttle) Marked(ctx context.Context, key string, at time.Time) (bool, error) {
	return t.store.exists(ctx, "SELECT 1 FROM watchword_throttle WHERE key = ? AND expires_at > ?", key, at)
}

// Sweep deletes up to limit rows that say nothing any more at a time, and returns how many.
func (t *Throttle) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	return t.store.deleteExpired(ctx, `DELETE FROM watchword_throttle WHERE expires_at <= ? AND key IN
		(SELECT key FROM watchword_throttle WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`, now, limit)
}
