package gormstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"watchword/models"
)

// Django's own model of users, and its table.
const (
	defaultUserModel = "auth.User"
	defaultUserTable = "auth_user"
)

// knownColumns returns the columns of models.User, the key first.
func knownColumns() []string { return strings.Split(userColumns, ", ") }

// UserTable is the table that a project keeps its users in, as AUTH_USER_MODEL and the database's catalogue say.
type UserTable struct {
	Label    string          // AUTH_USER_MODEL
	Name     string          // the table
	Key      models.Column   // the primary key: an integer or a UUID
	Username string          // the column that people log in with: of Known, or one more
	Known    []models.Column // those of models.User that are there, apart from the key
	Extra    []models.Column // all others
	Alone    bool            // there are no tables of groups and permissions beside it
	Defaults map[string]any  // what new users have in columns of Extra, where nobody says it
}

// UserTableConfig says where to look for users.
type UserTableConfig struct {
	Label    string            // AUTH_USER_MODEL, as in accounts.User
	Table    string            // "": Django's rule, app_model in lower case
	Username string            // the column that people log in with; "": username if there is one, else email
	Defaults map[string]string // for new users, by column
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
	u := &UserTable{Label: cfg.Label, Name: t.Name, Username: cfg.Username}
	if u.Username == "" {
		u.Username = "email"
		if _, ok := t.Column("username"); ok {
			u.Username = "username"
		}
	}
	for _, c := range t.Columns {
		switch {
		case c.PrimaryKey:
			u.Key = c
		case u.isKnown(c.Name):
			u.Known = append(u.Known, c)
		default:
			u.Extra = append(u.Extra, c)
		}
	}
	if err := s.read(ctx, func(db *gorm.DB) error {
		grouped, err := s.hasTable(db, u.Name+"_groups")
		u.Alone = !grouped
		return err
	}); err != nil {
		return nil, err
	}
	return u, errors.Join(u.validate(), u.setDefaults(cfg.Defaults))
}

// isKnown reports whether a column is one of models.User, whose Username is what people log in with.
func (u *UserTable) isKnown(column string) bool {
	return column == u.Username || column != "username" && slices.Contains(knownColumns(), column)
}

// setDefaults reads AUTH_USER_DEFAULTS.
func (u *UserTable) setDefaults(texts map[string]string) error {
	u.Defaults = map[string]any{}
	var errs []error
	for name, text := range texts {
		i := slices.IndexFunc(u.Extra, func(c models.Column) bool { return c.Name == name })
		if i < 0 {
			errs = append(errs, fmt.Errorf("AUTH_USER_DEFAULTS: the table %s has no further column %q", u.Name, name))
			continue
		}
		value, err := u.Extra[i].Parse(text)
		if u.Extra[i].Unique {
			err = errors.New("is unique, so that all users cannot have the same")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("AUTH_USER_DEFAULTS: %s: %w", name, err))
		}
		u.Defaults[name], u.Extra[i].Default = value, true
	}
	return errors.Join(errs...)
}

// validate names what keeps the rows from being users.
func (u *UserTable) validate() error {
	var errs []error
	if u.Key.Type != models.ColumnInteger && u.Key.Type != models.ColumnUUID {
		errs = append(errs, fmt.Errorf("AUTH_USER_MODEL: the primary key of %s must be a whole number or a UUID, not %q",
			u.Name, u.Key.Native))
	}
	for _, name := range []string{"password", "last_login", "email", "is_active"} {
		if _, ok := u.known(name); !ok {
			errs = append(errs, fmt.Errorf("AUTH_USER_MODEL: the table %s has no column %s", u.Name, name))
		}
	}
	if c, ok := u.known(u.Username); !ok || c.Type != models.ColumnText {
		errs = append(errs, fmt.Errorf("AUTH_USERNAME_FIELD: the table %s has no text column %q", u.Name, u.Username))
	}
	return errors.Join(errs...)
}

// known finds one of u.Known.
func (u *UserTable) known(name string) (column models.Column, ok bool) {
	return (&Table{Columns: u.Known}).Column(name)
}

// Model describes the users for those who know no tables.
func (u *UserTable) Model() models.UserModel {
	return models.UserModel{Label: u.Label, Table: u.Name, Key: u.Key, Username: u.Username, Known: u.Known, Extra: u.Extra, Alone: u.Alone}
}

// MemberColumn is the column of Django's tables between users and something else that names the user: the model's name
// and _id.
func (u *UserTable) MemberColumn() string {
	_, model, _ := strings.Cut(u.Label, ".")
	return strings.ToLower(model) + "_id"
}

// quoted is a name as SQL takes it whatever is in it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
