package gormstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watchword/models"
)

// defaultUserTable is Django's own table of users.
const defaultUserTable = "auth_user"

// knownColumns are the columns of models.User.
var knownColumns = []string{"id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "email",
	"is_staff", "is_active", "date_joined"}

// UserTable is the table that a project keeps its users in, as AUTH_USER_MODEL and the database's catalogue say.
type UserTable struct {
	Label    string        // AUTH_USER_MODEL
	Name     string        // the table
	Key      models.Column // the primary key: an integer or a UUID
	Username string        // the column that people log in with
	Columns  []string      // those of models.User that are there, apart from the key
	Extra    []models.Column
	Sizes    map[string]int  // the greatest lengths of Columns
	Unique   map[string]bool // those of Columns that are unique
}

// UserTableConfig says where to look for users.
type UserTableConfig struct {
	Label    string // AUTH_USER_MODEL, as in accounts.User
	Table    string // "": Django's rule, app_model in lower case
	Username string // the column that people log in with; "": username if there is one, else email
}

// table is the name of the table.
func (c UserTableConfig) table() string {
	if c.Table != "" {
		return c.Table
	}
	return strings.ToLower(strings.Replace(c.Label, ".", "_", 1))
}

// FindUserTable reads the catalogue about the table of users. It returns models.ErrNotFound if there is no such table,
// and another error, which names all that is missing, if its rows cannot be users.
func (s *Store) FindUserTable(ctx context.Context, cfg UserTableConfig) (*UserTable, error) {
	t, err := s.Table(ctx, cfg.table())
	if err != nil {
		return nil, err
	}
	u := &UserTable{Label: cfg.Label, Name: t.Name, Username: cfg.Username, Sizes: map[string]int{}, Unique: map[string]bool{}}
	for _, c := range t.Columns {
		switch {
		case c.PrimaryKey:
			u.Key = c
		case slices.Contains(knownColumns, c.Name) && c.Name != "id":
			u.Columns = append(u.Columns, c.Name)
			u.Sizes[c.Name], u.Unique[c.Name] = c.MaxLength, c.Unique
		default:
			u.Extra = append(u.Extra, c)
		}
	}
	if u.Username == "" {
		u.Username = "email"
		if u.has("username") {
			u.Username = "username"
		}
	}
	return u, u.validate(t)
}

// validate names what keeps the rows from being users.
func (u *UserTable) validate(t *Table) error {
	var errs []error
	if u.Key.Type != models.ColumnInteger && u.Key.Type != models.ColumnUUID {
		errs = append(errs, fmt.Errorf("AUTH_USER_MODEL: the primary key of %s must be a whole number or a UUID, not %q",
			u.Name, u.Key.Native))
	}
	for _, name := range []string{"password", "last_login"} {
		if !u.has(name) {
			errs = append(errs, fmt.Errorf("AUTH_USER_MODEL: %s has no column %s", u.Name, name))
		}
	}
	if c, ok := t.Column(u.Username); !ok || c.Type != models.ColumnText {
		errs = append(errs, fmt.Errorf("AUTH_USERNAME_FIELD: %s has no text column %q", u.Name, u.Username))
	}
	return errors.Join(errs...)
}

// has reports whether the table has that column of models.User.
func (u *UserTable) has(column string) bool { return slices.Contains(u.Columns, column) }

// Model describes the users for those who know no tables.
func (u *UserTable) Model() models.UserModel {
	m := models.UserModel{Label: u.Label, Username: u.Username, Extra: u.Extra, Sizes: u.Sizes, Unique: u.Unique}
	for _, name := range knownColumns[1:] {
		if !u.has(name) {
			m.Absent = append(m.Absent, name)
		}
	}
	return m
}

// MemberColumn is the column of Django's tables between users and something else that names the user: the model's name
// and _id.
func (u *UserTable) MemberColumn() string {
	_, model, _ := strings.Cut(u.Label, ".")
	return strings.ToLower(model) + "_id"
}
