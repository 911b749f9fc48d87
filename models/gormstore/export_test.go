package gormstore

import (
	"context"

	"gorm.io/gorm"
)

// ForgetMigrations drops our own table, which leaves what Django would have made.
func (s *Store) ForgetMigrations(ctx context.Context) error {
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec("DROP TABLE " + migrationsTable).Error })
}

// Run executes a statement of a test.
func Run(ctx context.Context, s *Store, statement string) error {
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec(statement).Error })
}
