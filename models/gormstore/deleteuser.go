package gormstore

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"watchword/models"
)

// belonging are the statements that delete what belongs to a user, each with the table that it needs.
//
// Source: what Django's Collector does for on_delete CASCADE, and SET_NULL of simplejwt's outstanding tokens, whose
// blacklist must go on to hold.
var belonging = []struct{ table, statement string }{
	{"account_emailaddress", `DELETE FROM account_emailconfirmation WHERE email_address_id IN (
		SELECT id FROM account_emailaddress WHERE user_id = CAST(? AS bigint))`},
	{"account_emailaddress", "DELETE FROM account_emailaddress WHERE user_id = CAST(? AS bigint)"},
	{"socialaccount_socialaccount", `DELETE FROM socialaccount_socialtoken WHERE account_id IN (
		SELECT id FROM socialaccount_socialaccount WHERE user_id = CAST(? AS bigint))`},
	{"socialaccount_socialaccount", "DELETE FROM socialaccount_socialaccount WHERE user_id = CAST(? AS bigint)"},
	{"authtoken_token", "DELETE FROM authtoken_token WHERE user_id = CAST(? AS bigint)"},
	{"rest_authtoken_authtoken", "DELETE FROM rest_authtoken_authtoken WHERE user_id = CAST(? AS bigint)"},
	{"rest_authtoken_emailconfirmationtoken",
		"DELETE FROM rest_authtoken_emailconfirmationtoken WHERE user_id = CAST(? AS bigint)"},
	{"token_blacklist_outstandingtoken",
		"UPDATE token_blacklist_outstandingtoken SET user_id = NULL WHERE user_id = CAST(? AS bigint)"},
	{"", "DELETE FROM watchword_email_change WHERE user_id = CAST(? AS bigint)"},
	{"", "DELETE FROM watchword_pending_deletion WHERE user_id = CAST(? AS bigint)"},
	{"", "DELETE FROM watchword_confirmed_email WHERE user_id = CAST(? AS bigint)"},
}

// members are those for tables that belong to Django's own model of users only.
var members = []string{
	"DELETE FROM auth_user_groups WHERE user_id = CAST(? AS bigint)",
	"DELETE FROM auth_user_user_permissions WHERE user_id = CAST(? AS bigint)",
	"DELETE FROM django_admin_log WHERE user_id = CAST(? AS bigint)",
}

// DeleteUser deletes a user and all that belongs to them in the tables that we know. It returns models.ErrNotFound, or has
// the transaction end with it, if the user is gone, or if a table that we do not know has rows that point to them: nothing
// is deleted then, and AnonymizeUser can do the rest.
func (s *Store) DeleteUser(ctx context.Context, user models.UserID) error {
	return s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.deleteBelongings(ctx, user); err != nil {
			return err
		}
		return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			return oneRow(db.Exec(s.sql("DELETE FROM auth_user WHERE auth_user.id = CAST(? AS bigint)"), s.key(user)))
		})
	})
}

// AnonymizeUser deletes all that belongs to a user in the tables that we know, and leaves of the user a row that says
// nothing of them: disabled, without a password, under that name. It returns models.ErrNotFound if the user is gone.
func (s *Store) AnonymizeUser(ctx context.Context, user models.UserID, name, password string) error {
	return s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.deleteBelongings(ctx, user); err != nil {
			return err
		}
		set, args := s.blank(name, password)
		return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
			return oneRow(db.Exec(s.sql("UPDATE auth_user SET "+set+" WHERE auth_user.id = CAST(? AS bigint)"),
				append(args, s.key(user))...))
		})
	})
}

func (s *Store) deleteBelongings(ctx context.Context, user models.UserID) error {
	return s.writeRow(ctx, models.UserRow(user), func(db *gorm.DB) error {
		for _, one := range belonging {
			if s.lacks(one.table) {
				continue
			}
			if err := db.Exec(s.sql(one.statement), s.key(user)).Error; err != nil {
				return err
			}
		}
		if s.users != nil {
			return nil
		}
		for _, statement := range members {
			if err := db.Exec(statement, s.key(user)).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// blank are the assignments that leave nothing of a user, as far as their table has the columns.
func (s *Store) blank(name, password string) (set string, args []any) {
	var list []string
	email := ""
	if s.users != nil { // whose addresses may be unique
		email = name + "@deleted.invalid"
	}
	for _, column := range []struct {
		name  string
		value any
	}{
		{"username", name}, {"password", password}, {"email", email}, {"first_name", ""}, {"last_name", ""},
		{"is_active", false}, {"is_staff", false}, {"is_superuser", false}, {"last_login", nil},
	} {
		if s.users != nil && !slices.ContainsFunc(s.users.table.Known, func(c models.Column) bool { return c.Name == column.name }) {
			continue
		}
		list, args = append(list, column.name+" = ?"), append(args, column.value)
	}
	return strings.Join(list, ", "), args
}
