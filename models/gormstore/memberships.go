package gormstore

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"watchword/models"
)

// memberships returns what the tables of groups and permissions that users have begin with, and their column of the user.
func (s *Store) memberships() (table, column string) {
	if s.users == nil {
		return defaultUserTable, "user_id"
	}
	return s.users.table.Name, s.users.table.MemberColumn()
}

// LoadMemberships fills in u.Memberships, by one query: the groups, and the permissions that u has of their own, by a
// group or, as a superuser, altogether. Who is not active has none.
//
// Source: django.contrib.auth.backends.ModelBackend.get_all_permissions.
func (s *Store) LoadMemberships(ctx context.Context, u *models.User) error {
	const query = `SELECT 0 AS kind, g.name AS name FROM %[1]s_groups AS m JOIN auth_group AS g ON g.id = m.group_id
		WHERE m.%[2]s = CAST(? AS bigint)
		UNION SELECT 1, c.app_label || '.' || p.codename FROM auth_permission AS p
		JOIN django_content_type AS c ON c.id = p.content_type_id
		WHERE CAST(? AS boolean) AND (CAST(? AS boolean)
			OR p.id IN (SELECT permission_id FROM %[1]s_user_permissions WHERE %[2]s = CAST(? AS bigint))
			OR p.id IN (SELECT l.permission_id FROM auth_group_permissions AS l
				JOIN %[1]s_groups AS m ON m.group_id = l.group_id WHERE m.%[2]s = CAST(? AS bigint)))
		ORDER BY kind, name`
	table, column := s.memberships()
	statement, key := fmt.Sprintf(query, table, column), s.key(u.ID)
	found := &models.Memberships{Groups: []string{}, Permissions: []string{}}
	err := s.read(ctx, func(db *gorm.DB) error {
		rows, err := db.Raw(s.sql(statement), key, u.IsActive, u.IsSuperuser, key, key).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // Err says what there is to say
		for rows.Next() {
			var permission bool
			var name string
			if err := rows.Scan(&permission, &name); err != nil {
				return err
			}
			if permission {
				found.Permissions = append(found.Permissions, name)
			} else {
				found.Groups = append(found.Groups, name)
			}
		}
		return rows.Err()
	})
	if err == nil {
		u.Memberships = found
	}
	return err
}
