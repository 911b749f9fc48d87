package gormstore

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"

	"watchword/models"
)

// ownLogins are queries for the logins of a user, each with the table that it needs.
var ownLogins = []struct{ kind, table, query string }{
	{"authtoken", "rest_authtoken_authtoken",
		"SELECT created, NULL FROM rest_authtoken_authtoken WHERE user_id = CAST(? AS bigint) ORDER BY created"},
	{"token", "authtoken_token", "SELECT created, NULL FROM authtoken_token WHERE user_id = CAST(? AS bigint)"},
	{"refresh", "token_blacklist_outstandingtoken",
		"SELECT created_at, expires_at FROM token_blacklist_outstandingtoken WHERE user_id = CAST(? AS bigint) ORDER BY id"},
}

// OwnLogins returns the logins of a user that have rows, without what proves them. Sessions, whose owners only their
// signed data tells, are not among them.
func (s *Store) OwnLogins(ctx context.Context, user models.UserID) (list []models.OwnLogin, err error) {
	for _, one := range ownLogins {
		if s.lacks(one.table) {
			continue
		}
		err := s.read(ctx, func(db *gorm.DB) error {
			return eachRow(db.Raw(s.sql(one.query), s.key(user)), func(rows *sql.Rows) error {
				login := models.OwnLogin{Kind: one.kind}
				if err := rows.Scan(&login.Created, &login.Expires); err != nil {
					return err
				}
				list = append(list, login)
				return nil
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// OwnGroups names the groups of a user, in alphabetical order; none where users of a project's own are in no groups.
func (s *Store) OwnGroups(ctx context.Context, user models.UserID) (names []string, err error) {
	const query = `SELECT g.name FROM %[1]s_groups AS m JOIN auth_group AS g ON g.id = m.group_id
		WHERE m.%[2]s = CAST(? AS bigint) ORDER BY g.name`
	table, column := s.memberships()
	err = s.read(ctx, func(db *gorm.DB) error {
		if has, err := s.hasTable(db, table+"_groups"); err != nil || !has {
			return err
		}
		return db.Raw(s.sql(fmt.Sprintf(query, table, column)), s.key(user)).Scan(&names).Error
	})
	return names, err
}
