package gormstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// AddAuditEntry stores e in the transaction of ctx and sets its ID.
func (s *Store) AddAuditEntry(ctx context.Context, e *models.AuditEntry) error {
	const query = `INSERT INTO watchword_audit (at, event, user_id, username, scheme, client, request, route)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`
	user := sql.NullString{String: string(e.User), Valid: e.User != ""}
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &e.ID, query, e.At, e.Event, user, e.Username, e.Scheme, e.Client, e.Request, e.Route)
	})
}

// EachAuditEntry calls fn with the entries that q asks for, in the order in which they were made, until it returns an
// error, which is returned. fn must not use the store.
func (s *Store) EachAuditEntry(ctx context.Context, q models.AuditQuery, fn func(models.AuditEntry) error) error {
	query, args := auditQuery(q)
	return s.read(ctx, func(db *gorm.DB) (err error) {
		rows, err := db.Raw(query, args...).Rows()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var e models.AuditEntry
			var user sql.NullString
			err := rows.Scan(&e.ID, &e.At, &e.Event, &user, &e.Username, &e.Scheme, &e.Client, &e.Request, &e.Route)
			if err != nil {
				return err
			}
			e.User = models.UserID(user.String)
			if err := fn(e); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// auditQuery writes q as SQL.
func auditQuery(q models.AuditQuery) (string, []any) {
	var conditions []string
	var args []any
	where := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	switch {
	case q.User != "" && q.Username != "":
		where("(user_id = ? OR username = ?)", string(q.User), q.Username)
	case q.User != "":
		where("user_id = ?", string(q.User))
	case q.Username != "":
		where("username = ?", q.Username)
	}
	if len(q.Events) > 0 {
		where("event IN ?", q.Events)
	}
	if !q.Since.IsZero() {
		where("at >= ?", q.Since.UTC())
	}
	query := "SELECT id, at, event, user_id, username, scheme, client, request, route FROM watchword_audit"
	if len(conditions) > 0 {
		query += " WHERE " + strings.Join(conditions, " AND ")
	}
	return query + " ORDER BY id", args
}

// DeleteAuditEntries deletes entries that were made by before: at most limit, the oldest first. It returns how many; fewer
// than limit means that none is left.
func (s *Store) DeleteAuditEntries(ctx context.Context, before time.Time, limit int) (int, error) {
	const query = `DELETE FROM watchword_audit WHERE id IN (
		SELECT id FROM watchword_audit WHERE at <= ? ORDER BY at LIMIT ?)`
	var deleted int64
	err := s.write(ctx, func(db *gorm.DB) error {
		result := db.Exec(query, before, limit)
		deleted = result.RowsAffected
		return result.Error
	})
	return int(deleted), err
}
