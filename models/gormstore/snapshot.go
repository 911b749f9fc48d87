package gormstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"watchword/models"
)

// Snapshot runs fn with a context whose reads all see the database as it is now. Nothing can be written in it, and nobody
// waits for it.
func (s *Store) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	var options []*sql.TxOptions
	if s.dialect.isPostgres() { // on SQLite a connection that reads can do nothing else
		options = append(options, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	}
	return translate(s.reader.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		return fn(context.WithValue(ctx, txKey{}, &tx{db: db}))
	}, options...))
}

// CountRows counts the rows of a table of Django's; 0 if there is no such table.
func (s *Store) CountRows(ctx context.Context, table string) (n int, err error) {
	err = s.read(ctx, func(db *gorm.DB) error {
		has, err := s.hasTable(db, table)
		if err != nil || !has {
			return err
		}
		return db.Table(table).Select("COUNT(*)").Row().Scan(&n)
	})
	return n, err
}

// UsersAfter returns up to limit users whose ids follow after, in order: their ids, names, passwords and whether they are
// active, and nothing else. "" is before all ids.
func (s *Store) UsersAfter(ctx context.Context, after models.UserID, limit int) ([]models.User, error) {
	query, args := "SELECT id, username, password, is_active FROM auth_user", []any{limit}
	if after != "" {
		query, args = query+" WHERE id > CAST(? AS bigint)", []any{s.key(after), limit}
	}
	return s.someUsers(ctx, s.sql(query+" ORDER BY id LIMIT ?"), args, limit)
}

// UsersOf is UsersAfter for those of the given ids that are there, in any order.
func (s *Store) UsersOf(ctx context.Context, ids []models.UserID) ([]models.User, error) {
	condition, arg, err := s.amongKeys(ids)
	if err != nil || arg == nil {
		return nil, err
	}
	users := make([]models.User, 0, len(ids))
	err = s.read(ctx, func(db *gorm.DB) error {
		query := s.sql("SELECT id, username, password, is_active FROM auth_user WHERE id " + condition)
		rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, arg)
		if err != nil {
			return err
		}
		return readAll(rows, s.scanSome(&users))
	})
	return users, err
}

// amongKeys is a condition that a user's key is one of many, and its argument; nil if none of the ids can be a key.
func (s *Store) amongKeys(ids []models.UserID) (condition string, arg any, err error) {
	numbers, texts := []int64{}, []string{}
	for _, id := range ids {
		switch key := s.key(id).(type) {
		case int64:
			numbers = append(numbers, key)
		case string:
			texts = append(texts, key)
		}
	}
	switch {
	case len(numbers) > 0:
		return among(s.dialect, "", numbers)
	case len(texts) > 0:
		return among(s.dialect, "::text[]::uuid[]", texts)
	}
	return "", nil, nil
}

// among is a condition that a value is one of many, and its argument, to which PostgreSQL is given a cast.
func among[V any](d dialect, cast string, values []V) (condition string, arg any, err error) {
	if d.isPostgres() {
		return "= ANY ($1" + cast + ")", values, nil
	}
	text, err := json.Marshal(values)
	return "IN (SELECT value FROM json_each(?))", string(text), err
}

func (s *Store) someUsers(ctx context.Context, query string, args []any, expected int) ([]models.User, error) {
	users := make([]models.User, 0, expected)
	err := s.read(ctx, func(db *gorm.DB) error { return eachRow(db.Raw(query, args...), s.scanSome(&users)) })
	return users, err
}

func (s *Store) scanSome(users *[]models.User) func(rows *sql.Rows) error {
	return func(rows *sql.Rows) error {
		var u models.User
		err := rows.Scan(s.intoID(&u.ID), orZero[string]{&u.Username}, &u.Password, orZero[bool]{&u.IsActive})
		*users = append(*users, u)
		return err
	}
}

// SessionsAfter returns up to limit sessions whose keys follow after, in order. "" is before all keys.
func (s *Store) SessionsAfter(ctx context.Context, after string, limit int) ([]models.Session, error) {
	const query = `SELECT session_key, session_data, expire_date FROM django_session WHERE session_key > ?
		ORDER BY session_key LIMIT ?`
	sessions := make([]models.Session, 0, limit)
	err := s.read(ctx, func(db *gorm.DB) error {
		return eachRow(db.Raw(query, after, limit), func(rows *sql.Rows) error {
			var row models.Session
			err := rows.Scan(&row.Key, &row.Data, &row.ExpireDate)
			sessions = append(sessions, row)
			return err
		})
	})
	return sessions, err
}

// proofs says for each kind what to select, from what, and by which column the rows are ordered.
func proofs(kind models.Proof) (columns, from, order string, err error) {
	const users = " LEFT JOIN auth_user AS u ON u.id = "
	switch kind {
	case models.ProofPlainToken:
		return "t.key, t.user_id, u.is_active, t.created, FALSE", "authtoken_token AS t" + users + "t.user_id", "t.key", nil
	case models.ProofOpaqueToken:
		return "t.hashed_token, t.user_id, u.is_active, t.created, FALSE",
			"rest_authtoken_authtoken AS t" + users + "t.user_id", "t.hashed_token", nil
	case models.ProofOpaqueLink:
		return "t.hashed_token, t.user_id, u.is_active, t.created, FALSE",
			"rest_authtoken_emailconfirmationtoken AS t" + users + "t.user_id", "t.hashed_token", nil
	case models.ProofRefreshToken:
		return "t.token, t.user_id, u.is_active, t.expires_at, b.id IS NOT NULL", "token_blacklist_outstandingtoken AS t" +
			" LEFT JOIN token_blacklist_blacklistedtoken AS b ON b.token_id = t.id" + users + "t.user_id", "t.id", nil
	case models.ProofAddressLink:
		return "t.key, a.user_id, u.is_active, t.sent, COALESCE(a.verified, FALSE)", "account_emailconfirmation AS t" +
			" LEFT JOIN account_emailaddress AS a ON a.id = t.email_address_id" + users + "a.user_id", "t.id", nil
	}
	return "", "", "", fmt.Errorf("gormstore: no proofs of the kind %q", kind)
}

// ProofsAfter returns up to limit rows of a kind that follow the place after, in order. nil is before all places.
func (s *Store) ProofsAfter(ctx context.Context, kind models.Proof, after any, limit int) ([]models.ProofRow, error) {
	columns, from, order, err := proofs(kind)
	if err != nil {
		return nil, err
	}
	query, args := "SELECT "+order+", "+columns+" FROM "+from, []any{limit}
	if after != nil {
		query, args = query+" WHERE "+order+" > ?", []any{after, limit}
	}
	query = s.dialect.bind(s.sql(query + " ORDER BY " + order + " LIMIT ?"))
	list := make([]models.ProofRow, 0, limit)
	err = s.read(ctx, func(db *gorm.DB) error {
		rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
		if err != nil {
			return err
		}
		return readAll(rows, func(rows *sql.Rows) error {
			row, err := s.scanProof(rows)
			list = append(list, row)
			return err
		})
	})
	return list, err
}

func (s *Store) scanProof(rows *sql.Rows) (row models.ProofRow, err error) {
	var active sql.NullBool
	var at sql.NullTime
	err = rows.Scan(&row.Place, &row.Secret, s.intoID(&row.User), &active, &at, &row.Ended)
	row.Found, row.Active = active.Valid, active.Bool
	if at.Valid {
		row.At = &at.Time
	}
	return row, err
}
