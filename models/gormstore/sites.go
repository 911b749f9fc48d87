package gormstore

import (
	"context"

	"gorm.io/gorm"

	"watchword/models"
)

// Site finds the site of that id. It returns models.ErrNotFound if there is none.
func (s *Store) Site(ctx context.Context, id int64) (*models.Site, error) {
	if s.lacks("django_site") {
		return nil, models.ErrNotFound
	}
	const query = "SELECT id, domain, name FROM django_site WHERE id = CAST(? AS bigint)"
	found := new(models.Site)
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Raw(query, id).Row().Scan(&found.ID, &found.Domain, &found.Name)
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
