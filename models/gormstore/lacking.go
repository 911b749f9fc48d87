package gormstore

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

// djangoTables returns the tables that a Django project has only if it uses the package that they belong to.
func djangoTables() []string {
	return []string{
		"django_session", "django_site", "authtoken_token",
		"token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken",
		"account_emailaddress", "account_emailconfirmation",
		"socialaccount_socialaccount", "socialaccount_socialtoken", "socialaccount_socialapp",
		"socialaccount_socialapp_sites",
		"rest_authtoken_authtoken", "rest_authtoken_emailconfirmationtoken",
		"auth_group", "auth_permission", "students_student",
	}
}

// survey notes which tables an adopted database does not have. What would be deleted from them is not there.
func (s *Store) survey(ctx context.Context) error {
	_, err := s.Adoption(ctx)
	if errors.Is(err, models.ErrNotFound) {
		s.lacking = nil
		return nil
	}
	if err != nil {
		return err
	}
	lacking := map[string]bool{}
	err = s.read(ctx, func(db *gorm.DB) error {
		for _, table := range djangoTables() {
			has, err := s.hasTable(db, table)
			if err != nil {
				return err
			}
			lacking[table] = !has
		}
		return nil
	})
	s.lacking = lacking
	return err
}

// lacks reports whether the database was adopted from a Django project that does not have the table.
func (s *Store) lacks(table string) bool { return s.lacking[table] }
