package gormstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// AddMail stores a mail in the transaction of ctx and sets its ID. It returns models.ErrConflict if there is a mail with
// that MessageID.
func (s *Store) AddMail(ctx context.Context, m *models.OutboxMail) error {
	const query = `INSERT INTO watchword_outbox (message_id, recipient, sealed, state, created, due, attempts, error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &m.ID, query,
			m.MessageID, m.Recipient, blob(m.Sealed), m.State, m.Created, m.Due, m.Attempts, m.Error)
	})
}

// DropMail deletes the mail of that id; none is no error.
func (s *Store) DropMail(ctx context.Context, id int64) error {
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec("DELETE FROM watchword_outbox WHERE id = ?", id).Error })
}

// ClaimMail takes the queued mail that has been due for longest at now, and keeps it from others until leaseEnd. It
// returns models.ErrNotFound when none is due. Of several callers at once no two get the same mail, and on PostgreSQL
// none waits for another.
//
// A claim counts as an attempt, so that a mail that kills its sender is not tried for ever.
func (s *Store) ClaimMail(ctx context.Context, now, leaseEnd time.Time) (*models.OutboxMail, error) {
	query := `UPDATE watchword_outbox SET due = ?, attempts = attempts + 1 WHERE id = (
			SELECT id FROM watchword_outbox WHERE state = 'queued' AND due <= ? ORDER BY due, id LIMIT 1 ` +
		s.dialect.skipLocked + `)
		RETURNING id, message_id, recipient, sealed, state, created, due, attempts, error, finished`
	var m *models.OutboxMail
	err := s.write(ctx, func(db *gorm.DB) (err error) {
		m, err = claimed(db.Raw(query, leaseEnd, now))
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// claimed reads the row that ClaimMail has changed. It reads to the end, for the reason that insert has.
func claimed(result *gorm.DB) (m *models.OutboxMail, err error) {
	rows, err := result.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		m = new(models.OutboxMail)
		err := rows.Scan(&m.ID, &m.MessageID, &m.Recipient, &m.Sealed, &m.State, &m.Created, &m.Due, &m.Attempts,
			&m.Error, &m.Finished)
		if err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if m == nil {
		return nil, models.ErrNotFound
	}
	return m, nil
}

// MarkMailSent notes that a mail was sent, and wipes what it said. This is true whoever holds the lease by now, so it
// is not asked. A mail that is gone is no error.
func (s *Store) MarkMailSent(ctx context.Context, id int64, at time.Time) error {
	const query = `UPDATE watchword_outbox SET state = 'sent', sealed = NULL, error = '', finished = ?
		WHERE id = ? AND state <> 'sent'`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(query, at, id).Error })
}

// PostponeMail gives up the lease on m, which is to be tried again at due, having been tried attempts times. It does
// nothing when the lease is somebody else's by now.
func (s *Store) PostponeMail(ctx context.Context, m *models.OutboxMail, due time.Time, attempts int, reason string) error {
	const query = `UPDATE watchword_outbox SET due = ?, attempts = ?, error = ?
		WHERE id = ? AND attempts = ? AND state = 'queued'`
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec(query, due, attempts, reason, m.ID, m.Attempts).Error
	})
}

// BuryMail gives m up for good. It does nothing when the lease is somebody else's by now.
func (s *Store) BuryMail(ctx context.Context, m *models.OutboxMail, at time.Time, reason string) error {
	const query = `UPDATE watchword_outbox SET state = 'dead', error = ?, finished = ?
		WHERE id = ? AND attempts = ? AND state = 'queued'`
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(query, reason, at, m.ID, m.Attempts).Error })
}

// MailBacklog says how many mails are queued, and since when the oldest is; the zero time when there is none.
func (s *Store) MailBacklog(ctx context.Context) (waiting int, oldest time.Time, err error) {
	const query = `SELECT created, (SELECT COUNT(*) FROM watchword_outbox WHERE state = 'queued')
		FROM watchword_outbox WHERE state = 'queued' ORDER BY created LIMIT 1`
	err = s.read(ctx, func(db *gorm.DB) error { return db.Raw(query).Row().Scan(&oldest, &waiting) })
	if errors.Is(err, models.ErrNotFound) {
		return 0, time.Time{}, nil
	}
	return waiting, oldest, err
}

// DeleteFinishedMails deletes mails that were sent or died by before: at most limit, the oldest first. It returns how
// many; fewer than limit means that none is left.
func (s *Store) DeleteFinishedMails(ctx context.Context, before time.Time, limit int) (int, error) {
	const query = `DELETE FROM watchword_outbox WHERE id IN (
		SELECT id FROM watchword_outbox WHERE finished <= ? ORDER BY finished LIMIT ?)`
	var deleted int64
	err := s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, before, limit)
		deleted = result.RowsAffected
		return result.Error
	})
	return int(deleted), err
}

// blob is bytes as one parameter: of a plain []byte gorm may make one parameter for each byte.
type blob []byte

// Value implements driver.Valuer.
func (b blob) Value() (driver.Value, error) { return []byte(b), nil }
