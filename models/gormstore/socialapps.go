package gormstore

import (
	"context"

	"gorm.io/gorm"

	"watchword/models"
)

// SocialApps returns our apps at identity providers that a site has, ordered by id; none is no error.
func (s *Store) SocialApps(ctx context.Context, site int64) ([]models.SocialApp, error) {
	const table = "socialaccount_socialapp"
	if s.lacks(table) || s.lacks(table+"_sites") {
		return nil, nil
	}
	const ofSite = "id IN (SELECT socialapp_id FROM socialaccount_socialapp_sites WHERE site_id = CAST(? AS bigint))"
	var list []models.SocialApp
	err := s.read(ctx, func(db *gorm.DB) error { return db.Where(ofSite, site).Order("id").Find(&list).Error })
	return list, err
}
