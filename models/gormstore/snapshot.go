package gormstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

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

// CountRows counts the rows of a table of Django's; 0 if there is no such table. auth_user is that of the users, whatever
// it is called.
func (s *Store) CountRows(ctx context.Context, table string) (n int, err error) {
	if table == defaultUserTable && s.users != nil {
		table = s.users.table.Name
	}
	err = s.read(ctx, func(db *gorm.DB) error {
		has, err := s.hasTable(db, table)
		if err != nil || !has {
			return err
		}
		return db.Table(table).Select("COUNT(*)").Row().Scan(&n)
	})
	return n, err
}

// UsersAfter returns up to limit users whose rows follow the place after, in order. nil is before all places.
func (s *Store) UsersAfter(ctx context.Context, after any, limit int) ([]models.RehearsedUser, error) {
	query, args := "SELECT id, id, password, is_active FROM auth_user", []any{limit}
	if after != nil {
		query, args = query+" WHERE id > ?", []any{after, limit}
	}
	query = s.dialect.bind(s.sql(query + " ORDER BY id LIMIT ?"))
	list := make([]models.RehearsedUser, 0, limit)
	err := s.read(ctx, func(db *gorm.DB) error {
		rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, query, args...)
		if err != nil {
			return err
		}
		return readAll(rows, func(rows *sql.Rows) error {
			row, err := s.scanUserRow(rows)
			list = append(list, row)
			return err
		})
	})
	return list, err
}

func (s *Store) scanUserRow(rows *sql.Rows) (row models.RehearsedUser, err error) {
	err = rows.Scan(&row.Place, s.intoID(&row.ID), orGarbled(&row.Password, "password", &row.Garbled),
		orGarbled(&row.Active, "is_active", &row.Garbled))
	if err != nil {
		return row, err
	}
	if text, ok := row.Place.([]byte); ok {
		row.Place = string(text)
	}
	if text, ok := row.Place.(string); ok && (s.key(row.ID) == nil || !s.dialect.isPostgres() && s.key(row.ID) != text) {
		row.Garbled = s.users.table.Key.Name
	}
	return row, nil
}

// garbled reads a value as database/sql does, and NULL as the zero value. What cannot be read is the zero value too, and
// its column is noted.
type garbled[T any] struct {
	into   *T
	column string
	note   *string
}

func orGarbled[T any](into *T, column string, note *string) garbled[T] {
	return garbled[T]{into, column, note}
}

// Scan implements sql.Scanner.
func (g garbled[T]) Scan(src any) error {
	if (orZero[T]{g.into}).Scan(src) != nil {
		*g.note = g.column
	}
	return nil
}

// UsersOf returns those of the users with these ids that are there, in any order: their ids, names, passwords and whether
// they are active, and nothing else.
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

func (s *Store) scanSome(users *[]models.User) func(rows *sql.Rows) error {
	return func(rows *sql.Rows) error {
		var u models.User
		var garbled string // UsersAfter tells
		err := rows.Scan(s.intoID(&u.ID), orZero[string]{&u.Username}, &u.Password, orGarbled(&u.IsActive, "is_active", &garbled))
		*users = append(*users, u)
		return err
	}
}

// SessionsAfter returns up to limit sessions whose keys follow after, in order. "" is before all keys.
func (s *Store) SessionsAfter(ctx context.Context, after string, limit int) ([]models.RehearsedSession, error) {
	const query = `SELECT session_key, session_data, expire_date FROM django_session WHERE session_key > ?
		ORDER BY session_key LIMIT ?`
	sessions := make([]models.RehearsedSession, 0, limit)
	err := s.read(ctx, func(db *gorm.DB) error {
		return eachRow(db.Raw(query, after, limit), func(rows *sql.Rows) error {
			var row models.RehearsedSession
			err := rows.Scan(&row.Key, &row.Data, orGarbled(&row.ExpireDate, "expire_date", &row.Garbled))
			if row.ExpireDate.IsZero() { // what SQLite's driver makes of other text
				row.Garbled = "expire_date"
			}
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
	var active sql.Null[bool]
	var at sql.Null[time.Time]
	err = rows.Scan(&row.Place, &row.Secret, s.intoID(&row.User), orGarbled(&active, "is_active", &row.Garbled),
		orGarbled(&at, "the time", &row.Garbled), &row.Ended)
	row.Found, row.Active = active.Valid, active.V
	if at.Valid {
		row.At = &at.V
	}
	if at.Valid && at.V.IsZero() { // as with sessions
		row.Garbled = "the time"
	}
	return row, err
}
