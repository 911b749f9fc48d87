package gormstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// CreateConfirmationToken inserts t. It returns models.ErrNotFound if the user is gone.
func (s *Store) CreateConfirmationToken(ctx context.Context, t models.ConfirmationToken) error {
	const query = `INSERT INTO rest_authtoken_emailconfirmationtoken (hashed_token, created, email, user_id)
		VALUES (?, ?, ?, CAST(? AS bigint))`
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec(s.sql(query), t.Digest, t.Created, t.Email, s.key(t.UserID)).Error
	})
}

// UseConfirmationToken ends the confirmation token whose digest is one of digests, and all others of its user with it,
// and returns it: to one of many callers. It returns models.ErrNotFound, and changes nothing, if there is no such token,
// if it was made before since, or if its user has another address by now.
//
// The others end too, or a second link would make active again whom an administrator has disabled meanwhile.
func (s *Store) UseConfirmationToken(ctx context.Context, digests []models.Digest, since time.Time) (
	*models.ConfirmationToken, error) {
	const query = `DELETE FROM rest_authtoken_emailconfirmationtoken WHERE user_id IN (
		SELECT t.user_id FROM rest_authtoken_emailconfirmationtoken AS t
			JOIN auth_user AS u ON u.id = t.user_id AND u.email = t.email
			WHERE t.hashed_token IN ? AND t.created >= ?) RETURNING hashed_token, created, email, user_id`
	var used *models.ConfirmationToken
	if len(digests) == 0 {
		return nil, models.ErrNotFound
	}
	err := s.Atomic(ctx, func(ctx context.Context) error {
		ended, err := s.confirmationTokens(ctx, s.sql(query), digests, since)
		if err != nil {
			return err
		}
		for i, t := range ended {
			if slices.ContainsFunc(digests, func(d models.Digest) bool { return bytes.Equal(d, t.Digest) }) {
				used = &ended[i]
				return nil
			}
		}
		return models.ErrNotFound
	})
	if err != nil {
		return nil, err
	}
	return used, nil
}

// confirmationTokens runs a statement that returns rows of the table, to the end.
func (s *Store) confirmationTokens(ctx context.Context, query string, args ...any) (
	tokens []models.ConfirmationToken, err error) {
	err = s.write(ctx, func(db *gorm.DB) (err error) {
		rows, err := db.Raw(query, args...).Rows()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var t models.ConfirmationToken
			if err := rows.Scan(&t.Digest, &t.Created, &t.Email, s.intoID(&t.UserID)); err != nil {
				return err
			}
			tokens = append(tokens, t)
		}
		return rows.Err()
	})
	return tokens, err
}

// DeleteExpiredConfirmationTokens deletes confirmation tokens that were made before a time: at most limit of them,
// oldest first. It returns how many; fewer than limit means that none is left.
func (s *Store) DeleteExpiredConfirmationTokens(ctx context.Context, made time.Time, limit int) (int, error) {
	if s.lacks("rest_authtoken_emailconfirmationtoken") {
		return 0, nil
	}
	const query = `DELETE FROM rest_authtoken_emailconfirmationtoken WHERE hashed_token IN (
		SELECT hashed_token FROM rest_authtoken_emailconfirmationtoken WHERE created < ? ORDER BY created LIMIT ?)`
	return s.deleteBatch(ctx, query, made, limit)
}

// SetConfirmed sets the field of a user whose address still is email. It returns models.ErrNotFound if it is not, or if
// the user is gone.
func (s *Store) SetConfirmed(ctx context.Context, field models.ConfirmationField, user models.UserID, email string,
	at time.Time) error {
	const activate = "UPDATE auth_user SET is_active = ? WHERE auth_user.id = CAST(? AS bigint) AND email = ?"
	const note = `INSERT INTO watchword_confirmed_email (user_id, email, confirmed_at)
		SELECT id, email, ? FROM auth_user WHERE id = CAST(? AS bigint) AND email = ?
		ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, confirmed_at = excluded.confirmed_at`
	return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
		switch field {
		case models.ConfirmsActive:
			return oneRow(db.Exec(s.sql(activate), true, s.key(user), email))
		case models.ConfirmsEmail:
			return oneRow(db.Exec(s.sql(note), at, s.key(user), email))
		}
		return unknownField(field)
	})
}

// unconfirmed are the conditions under which the address of a row of auth_user is not confirmed.
func unconfirmed(field models.ConfirmationField) (string, error) {
	switch field {
	case models.ConfirmsActive:
		return "NOT is_active AND last_login IS NULL", nil
	case models.ConfirmsEmail:
		return `NOT EXISTS (SELECT 1 FROM watchword_confirmed_email AS c WHERE c.user_id = auth_user.id
			AND c.email = auth_user.email) AND is_active`, nil
	}
	return "", unknownField(field)
}

func unknownField(field models.ConfirmationField) error {
	return fmt.Errorf("gormstore: no confirmation sets %q", field)
}

// EmailConfirmed reports whether the user has confirmed the address that they have now (models.ConfirmsEmail).
func (s *Store) EmailConfirmed(ctx context.Context, user models.UserID) (bool, error) {
	const query = `SELECT 1 FROM watchword_confirmed_email AS c JOIN auth_user AS u ON u.id = c.user_id AND u.email = c.email
		WHERE c.user_id = CAST(? AS bigint)`
	return s.exists(ctx, s.sql(query), s.key(user))
}

// UnconfirmedUsers finds users with an address who have not confirmed it, ordered by id: at most limit of them, with ids
// above after; none is no error. Where confirming makes active, those who have ever logged in are left out: they were
// confirmed once, and somebody has disabled them since.
func (s *Store) UnconfirmedUsers(ctx context.Context, field models.ConfirmationField, after models.UserID, limit int) (
	[]models.User, error) {
	condition, err := unconfirmed(field)
	if err != nil {
		return nil, err
	}
	query, args := selectUser+"WHERE email <> '' AND "+condition, []any{}
	if after != "" {
		query, args = query+" AND id > CAST(? AS bigint)", append(args, s.key(after))
	}
	return s.allUsers(ctx, query+" ORDER BY id LIMIT ?", append(args, limit)...)
}
