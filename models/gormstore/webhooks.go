package gormstore

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// AddWebhook stores w in the transaction of ctx and sets its ID. It returns models.ErrConflict if there is one with that
// MessageID.
func (s *Store) AddWebhook(ctx context.Context, w *models.Webhook) error {
	const query = `INSERT INTO watchword_webhook
		(message_id, endpoint, event, payload, state, created, due, attempts, error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &w.ID, query,
			w.MessageID, w.Endpoint, w.Event, blob(w.Payload), w.State, w.Created, w.Due, w.Attempts, w.Error)
	})
}

// ClaimWebhook takes the webhook for endpoint that has been due for longest at now, and keeps it from others until
// leaseEnd. It returns models.ErrNotFound when none is due. Of several callers at once no two get the same one.
//
// A claim counts as an attempt, so that a webhook that kills its sender is not tried for ever.
func (s *Store) ClaimWebhook(ctx context.Context, endpoint string, now, leaseEnd time.Time) (*models.Webhook, error) {
	query := `UPDATE watchword_webhook SET due = ?, attempts = attempts + 1 WHERE id = (
			SELECT id FROM watchword_webhook WHERE state = 'queued' AND endpoint = ? AND due <= ?
			ORDER BY due, id LIMIT 1 ` + s.dialect.skipLocked + `)
		RETURNING id, message_id, endpoint, event, payload, state, created, due, attempts, error, finished`
	var w *models.Webhook
	err := s.write(ctx, func(db *gorm.DB) (err error) {
		w, err = claimedWebhook(db.Raw(query, leaseEnd, endpoint, now))
		return err
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// claimedWebhook reads the row that ClaimWebhook has changed. It reads to the end, for the reason that insert has.
func claimedWebhook(result *gorm.DB) (w *models.Webhook, err error) {
	rows, err := result.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		w = new(models.Webhook)
		err := rows.Scan(&w.ID, &w.MessageID, &w.Endpoint, &w.Event, &w.Payload, &w.State, &w.Created, &w.Due,
			&w.Attempts, &w.Error, &w.Finished)
		if err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if w == nil {
		return nil, models.ErrNotFound
	}
	return w, nil
}

// MarkWebhookDelivered notes that a webhook was delivered, and wipes what it said. This is true whoever holds the lease
// by now, so it is not asked. A webhook that is gone is no error.
func (s *Store) MarkWebhookDelivered(ctx context.Context, id int64, at time.Time) error {
	const query = `UPDATE watchword_webhook SET state = 'delivered', payload = NULL, error = '', finished = ?
		WHERE id = ? AND state <> 'delivered'`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(query, at, id).Error })
}

// PostponeWebhook gives up the lease on w, which is to be tried again at due. It does nothing when the lease is somebody
// else's by now.
func (s *Store) PostponeWebhook(ctx context.Context, w *models.Webhook, due time.Time, reason string) error {
	const query = `UPDATE watchword_webhook SET due = ?, error = ? WHERE id = ? AND attempts = ? AND state = 'queued'`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(query, due, reason, w.ID, w.Attempts).Error })
}

// BuryWebhook gives w up for good. It does nothing when the lease is somebody else's by now.
func (s *Store) BuryWebhook(ctx context.Context, w *models.Webhook, at time.Time, reason string) error {
	const query = `UPDATE watchword_webhook SET state = 'dead', error = ?, finished = ?
		WHERE id = ? AND attempts = ? AND state = 'queued'`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(query, reason, at, w.ID, w.Attempts).Error })
}

// WebhookBacklog says how many webhooks are queued, for all endpoints together, and since when the oldest is; the zero
// time when there is none.
func (s *Store) WebhookBacklog(ctx context.Context) (waiting int, oldest time.Time, err error) {
	const query = `SELECT created, (SELECT COUNT(*) FROM watchword_webhook WHERE state = 'queued')
		FROM watchword_webhook WHERE state = 'queued' ORDER BY created LIMIT 1`
	err = s.read(ctx, func(db *gorm.DB) error { return db.Raw(query).Row().Scan(&oldest, &waiting) })
	if errors.Is(err, models.ErrNotFound) {
		return 0, time.Time{}, nil
	}
	return waiting, oldest, err
}

// DeleteFinishedWebhooks deletes webhooks that were delivered or died by before, and those that were queued by then and
// that nobody has tried since, whose endpoint is no longer in the settings: at most limit. It returns how many; fewer than
// limit means that none is left.
func (s *Store) DeleteFinishedWebhooks(ctx context.Context, before time.Time, limit int) (int, error) {
	const query = `DELETE FROM watchword_webhook WHERE id IN (
		SELECT id FROM watchword_webhook WHERE finished <= ? OR (state = 'queued' AND due <= ?) LIMIT ?)`
	var deleted int64
	err := s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, before, before, limit)
		deleted = result.RowsAffected
		return result.Error
	})
	return int(deleted), err
}
