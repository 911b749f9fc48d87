package gormstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"gorm.io/gorm"

	"watchword/models"
	"watchword/models/gormstore/fixtures"
)

// ownUsers lets the statements of this package reach the users of a project that has a table of its own for them. They
// are written for Django's auth_user, whose keys are integers, and run as they are where users are there. Elsewhere
// auth_user is a name for a query that makes the table look like it, which both databases see through: such a statement
// uses the table's own indexes. Those that change users are given that name for the table itself.
type ownUsers struct {
	table    *UserTable
	postgres bool
	with     string            // the query that is called auth_user
	words    *strings.Replacer // all else that differs
	direct   *strings.Replacer // and what differs in statements on the table itself
	known    sync.Map          // translations by statement
}

// joinedColumns are userColumns where auth_user is called u, for a lookup.
const joinedColumns = "u.id, u.password, COALESCE(u.last_login, NULL), u.is_superuser, u.username, u.first_name, " +
	"u.last_name, u.email, u.is_staff, u.is_active, COALESCE(u.date_joined, NULL)"

// findUsers looks for the table that AUTH_USER_MODEL names, unless it is Django's own.
func (s *Store) findUsers(ctx context.Context) error {
	if !s.cfg.OwnUsers() {
		return nil
	}
	cfg := UserTableConfig{
		Label: cmp.Or(s.cfg.UserModel, defaultUserModel), Table: s.cfg.UserTable, Username: s.cfg.UsernameField,
		Defaults: s.cfg.UserDefaults,
	}
	table, err := s.FindUserTable(ctx, cfg)
	if errors.Is(err, models.ErrNotFound) {
		return s.withoutUserTable(ctx, cfg)
	}
	if err != nil {
		return err
	}
	s.users = newOwnUsers(table, s.dialect.isPostgres())
	return nil
}

// withoutUserTable says what to do where there is no such table: users of models that fit into auth_user are kept there,
// in a database that this server makes; others are Django's to make.
func (s *Store) withoutUserTable(ctx context.Context, cfg UserTableConfig) error {
	missing := fmt.Errorf("AUTH_USER_MODEL: the database has no table %s; Django must make it first (manage.py migrate), "+
		"for this server makes Django's own users only", cfg.table())
	if !fixtures.FitsDjangosUsers(cfg.Label) || cfg.Table != "" || cfg.Username != "" {
		return missing
	}
	return s.read(ctx, func(db *gorm.DB) error {
		if ours, err := s.hasTable(db, migrationsTable); err != nil || ours {
			return err
		}
		if foreign, err := s.hasTable(db, "django_migrations"); err != nil || !foreign {
			return err
		}
		return missing
	})
}

// newOwnUsers prepares the translation of statements.
func newOwnUsers(table *UserTable, postgres bool) *ownUsers {
	key := "CAST(? AS bigint)"
	if table.Key.Type == models.ColumnUUID {
		key = "CAST(? AS text)"
		if postgres {
			key = "CAST(? AS uuid)"
		}
	}
	extra, joined := userColumns, joinedColumns
	for i := range table.Extra {
		extra += ", " + extraAlias(i)
		joined += ", u." + extraAlias(i)
	}
	return &ownUsers{
		table: table, postgres: postgres,
		with:  "WITH auth_user AS NOT MATERIALIZED (" + table.likeDjangos() + ") ",
		words: strings.NewReplacer("CAST(? AS bigint)", key, userColumns, extra, joinedColumns, joined),
		direct: strings.NewReplacer("CAST(? AS bigint)", key, "UPDATE auth_user ", "UPDATE "+quoted(table.Name)+" AS auth_user ",
			"FROM auth_user ", "FROM "+quoted(table.Name)+" AS auth_user ", "auth_user.id", "auth_user."+quoted(table.Key.Name)),
	}
}

// extraAlias is what an extra column is called in auth_user, where its own name may be a column of another table.
func extraAlias(i int) string { return fmt.Sprintf("extra_%d", i) }

// likeDjangos is a query that makes the table look like auth_user: what it lacks is what Django takes it for.
func (u *UserTable) likeDjangos() string {
	absent := map[string]string{"first_name": "''", "last_name": "''", "is_superuser": "FALSE", "is_staff": "FALSE",
		"date_joined": "CAST(NULL AS timestamp)"}
	columns := []string{quoted(u.Key.Name) + " AS id"}
	for _, name := range knownColumns()[1:] {
		value := quoted(name)
		if name == "username" {
			value = quoted(u.Username)
		} else if _, ok := u.known(name); !ok {
			value = absent[name]
		}
		columns = append(columns, value+" AS "+name)
	}
	for i, c := range u.Extra {
		columns = append(columns, quoted(c.Name)+" AS "+extraAlias(i))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + quoted(u.Name)
}

// sql returns a statement about users, which is written for auth_user, for the table in which the users are.
func (s *Store) sql(statement string) string {
	if s.users == nil {
		return statement
	}
	if translated, ok := s.users.known.Load(statement); ok {
		return translated.(string)
	}
	translated := s.users.translate(statement)
	s.users.known.Store(statement, translated)
	return translated
}

// translate is sql without its memory.
func (o *ownUsers) translate(statement string) string {
	switch {
	case strings.HasPrefix(statement, "UPDATE auth_user "), strings.HasPrefix(statement, "DELETE FROM auth_user "),
		strings.HasSuffix(statement, "FOR NO KEY UPDATE"):
		return o.direct.Replace(statement)
	case strings.Contains(statement, "auth_user"):
		return o.with + o.words.Replace(statement)
	default:
		return o.words.Replace(statement)
	}
}

// UserModel describes the users.
func (s *Store) UserModel() models.UserModel {
	if s.users == nil {
		return models.UserModel{}
	}
	return s.users.table.Model()
}
