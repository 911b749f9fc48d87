package gormstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"watchword/models"
)

// userColumns are the columns of models.User in auth_user, in the order of userFields.
const userColumns = "id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, " +
	"is_active, date_joined"

// wholeColumns are the columns of a query for whole users, in the order of wholeUser.
const wholeColumns = userColumns + ", (SELECT e.ended_at FROM watchword_logins_ended AS e " +
	"WHERE e.user_id = auth_user.id), COALESCE((SELECT e.spared_login FROM watchword_logins_ended AS e " +
	"WHERE e.user_id = auth_user.id), '')"

// selectUser begins a query for whole users.
const selectUser = "SELECT " + wholeColumns + " FROM auth_user "

// lookedUpColumns are wholeColumns for a lookup in usersEnded.
const lookedUpColumns = joinedColumns + ", COALESCE(e.ended_at, NULL), COALESCE(e.spared_login, '')"

// usersEnded are the users, as u, with when their logins were ended.
const usersEnded = "auth_user AS u LEFT JOIN watchword_logins_ended AS e ON e.user_id = u.id "

// lookupUser begins a lookup of a whole user.
const lookupUser = "SELECT " + lookedUpColumns + " FROM " + usersEnded

// userBy are the queries of UserBy. The cast lets ids be compared that the column is too small for.
var userBy = map[models.UserField]string{
	models.UserFieldID:       lookupUser + "WHERE u.id = CAST(? AS bigint)",
	models.UserFieldUsername: lookupUser + "WHERE u.username = ?",
	models.UserFieldEmail:    selectUser + "WHERE email = ? ORDER BY id LIMIT 1",
}

// UserBy finds the user whose field is exactly value, and of several with one e-mail address the oldest. It returns
// models.ErrNotFound if there is none, also for values that no row can hold: an id that is no number, text with a NUL
// character, the empty string (users without an address are not to be found by it).
func (s *Store) UserBy(ctx context.Context, field models.UserField, value string) (*models.User, error) {
	query, ok := userBy[field]
	if !ok {
		return nil, fmt.Errorf("gormstore: users cannot be looked up by %q", field)
	}
	if value == "" || !storable(value) {
		return nil, models.ErrNotFound
	}
	arg := any(value)
	if field == models.UserFieldID {
		if arg = s.key(models.UserID(value)); arg == nil {
			return nil, models.ErrNotFound
		}
	}
	find := s.lookup
	if field == models.UserFieldEmail { // in a Django project no index may help
		find = s.row
	}
	u := new(models.User)
	if err := find(ctx, s.sql(query), []any{arg}, s.wholeUser(u)...); err != nil {
		return nil, err
	}
	return u, nil
}

// allUsers runs a query that begins with selectUser for any number of users.
func (s *Store) allUsers(ctx context.Context, query string, args ...any) ([]models.User, error) {
	var users []models.User
	err := s.read(ctx, func(db *gorm.DB) (err error) {
		users, err = s.scanUsers(db.Raw(s.sql(query), args...).Rows())
		return err
	})
	return users, err
}

// scanUsers reads all rows of a query that begins with selectUser.
func (s *Store) scanUsers(rows *sql.Rows, err error) (users []models.User, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err says what there is to say
	for rows.Next() {
		var u models.User
		if err := rows.Scan(s.wholeUser(&u)...); err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, rows.Err()
}

// wholeFields is how many columns a whole user has.
const wholeFields = 13

// userFields is where a row is read to that has other columns and then userColumns. There is room for those of wholeUser.
func (s *Store) userFields(u *models.User, others ...any) []any {
	into := append(make([]any, 0, len(others)+wholeFields), others...)
	if s.users != nil {
		return append(into, s.users.fields(u, s.cfg.Log)...)
	}
	if s.dialect.isPostgres() {
		return append(into, &u.ID, &u.Password, &u.LastLogin, &u.IsSuperuser, &u.Username, &u.FirstName, &u.LastName,
			&u.Email, &u.IsStaff, &u.IsActive, &u.DateJoined)
	}
	flags := userFlags{u, s.cfg.Log}
	return append(into, &u.ID, &u.Password, &u.LastLogin, flags.superuser(), &u.Username, &u.FirstName, &u.LastName,
		&u.Email, flags.staff(), flags.active(), &u.DateJoined)
}

// wholeUser is where a row is read to that has other columns and then those of selectUser.
func (s *Store) wholeUser(u *models.User, others ...any) []any {
	return append(s.userFields(u, others...), &u.LoginsEnded, &u.SparedLogin)
}

// UsersByUsernameFold finds the users whose names equal username but for case, ordered by id; none is no error. Like
// Django's iexact it folds ASCII letters only on SQLite, and all letters of the database's locale on PostgreSQL.
func (s *Store) UsersByUsernameFold(ctx context.Context, username string) ([]models.User, error) {
	if !storable(username) {
		return nil, nil
	}
	return s.allUsers(ctx, selectUser+"WHERE UPPER(username) = UPPER(?) ORDER BY id", username)
}

// CreateUser inserts u and sets its ID, which must be empty. It returns models.ErrConflict if the name is taken. Of a
// project's own users it returns a *models.ConflictError for any unique column, and a *models.NeededError if columns of
// the table must have a value and u has none.
func (s *Store) CreateUser(ctx context.Context, u *models.User) error {
	const query = `INSERT INTO auth_user (password, last_login, is_superuser, username, first_name, last_name, email,
		is_staff, is_active, date_joined) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`
	if s.users != nil {
		return s.createOwn(ctx, u, false)
	}
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &u.ID, query, u.Password, u.LastLogin, u.IsSuperuser, u.Username, u.FirstName, u.LastName,
			u.Email, u.IsStaff, u.IsActive, u.DateJoined)
	})
}

// CreateUserFold is CreateUser, and returns models.ErrConflict also if somebody has the name in another case (as
// UsersByUsernameFold folds it).
//
// The insert is its own check. On PostgreSQL, where two such inserts would not see each other, a lock on the folded name
// makes one of them wait.
func (s *Store) CreateUserFold(ctx context.Context, u *models.User) error {
	const query = `INSERT INTO auth_user (password, last_login, is_superuser, username, first_name, last_name, email,
		is_staff, is_active, date_joined) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
		WHERE NOT EXISTS (SELECT 1 FROM auth_user WHERE UPPER(username) = UPPER(CAST(? AS text))) RETURNING id`
	err := s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.lockUsername(ctx, &u.Username); err != nil {
			return err
		}
		if s.users != nil {
			return s.createOwn(ctx, u, true)
		}
		return s.write(ctx, func(db *gorm.DB) error {
			return insert(db, &u.ID, query, u.Password, u.LastLogin, u.IsSuperuser, u.Username, u.FirstName, u.LastName,
				u.Email, u.IsStaff, u.IsActive, u.DateJoined, u.Username)
		})
	})
	if err == nil && u.ID == "" {
		return models.ErrConflict
	}
	return err
}

// SwapPassword puts the encoded hash new in the place of old. It reports false if the stored hash is not old any more:
// somebody was faster, or the user is gone.
func (s *Store) SwapPassword(ctx context.Context, id models.UserID, old, new string) (bool, error) {
	var swapped bool
	err := s.writeRow(ctx, models.UserRow(id), func(db *gorm.DB) error {
		result := db.Exec(s.sql("UPDATE auth_user SET password = ? WHERE auth_user.id = CAST(? AS bigint) AND password = ?"),
			new, s.key(id), old)
		swapped = result.RowsAffected == 1
		return result.Error
	})
	return swapped, err
}

// SetLastLogin notes when a user logged in. It returns models.ErrNotFound if the user is gone.
func (s *Store) SetLastLogin(ctx context.Context, id models.UserID, at time.Time) error {
	return s.writeRow(ctx, models.UserRow(id), func(db *gorm.DB) error {
		return oneRow(db.Exec(s.sql("UPDATE auth_user SET last_login = ? WHERE auth_user.id = CAST(? AS bigint)"), at, s.key(id)))
	})
}

// integer is id for a statement on an integer column: NULL, which equals nothing, unless it is a number.
func integer(id models.UserID) any {
	if n, ok := id.Int(); ok {
		return n
	}
	return nil
}
