package gormstore

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"watchword/models"
)

// socialApps is the table of our apps at identity providers.
const socialApps = "socialaccount_socialapp"

// SocialApps returns our apps at identity providers that a site has, ordered by id; none is no error. Columns that older
// versions of django-allauth do not have are left empty.
func (s *Store) SocialApps(ctx context.Context, site int64) ([]models.SocialApp, error) {
	if s.lacks(socialApps) || s.lacks(socialApps+"_sites") {
		return nil, nil
	}
	table, err := s.Table(ctx, socialApps)
	if err != nil {
		return nil, err
	}
	columns := slices.DeleteFunc([]string{"id", "provider", "provider_id", "name", "client_id", "secret", "key", "settings"},
		func(name string) bool { _, ok := table.Column(name); return !ok })
	const ofSite = "id IN (SELECT socialapp_id FROM socialaccount_socialapp_sites WHERE site_id = CAST(? AS bigint))"
	var list []models.SocialApp
	err = s.read(ctx, func(db *gorm.DB) error {
		return db.Select(columns).Where(ofSite, site).Order("id").Find(&list).Error
	})
	return list, err
}
