package gormstore

import (
	"context"
	"strings"

	"gorm.io/gorm"
)

// ForgetMigrations drops our own table, which leaves what Django would have made.
func (s *Store) ForgetMigrations(ctx context.Context) error {
	return s.write(ctx, func(db *gorm.DB) error { return db.Exec("DROP TABLE " + migrationsTable).Error })
}

// Run executes statements of a test, past gorm: of statements that end in a comment SQLite's driver in Go has no result.
func Run(ctx context.Context, s *Store, statements string) error {
	return s.write(ctx, func(db *gorm.DB) error {
		_, err := db.Statement.ConnPool.ExecContext(db.Statement.Context, statements)
		return err
	})
}

// LeaveDjangos drops everything of ours from a migrated database, and the given tables of Django's.
func (s *Store) LeaveDjangos(ctx context.Context, lacking ...string) error {
	return s.write(ctx, func(db *gorm.DB) error {
		for _, kind := range []string{"INDEX", "TABLE"} {
			var names []string
			if err := db.Raw(s.objects(), strings.ToLower(kind)).Scan(&names).Error; err != nil {
				return err
			}
			for _, name := range names {
				if !strings.HasPrefix(name, "watchword_") {
					continue
				}
				if err := db.Exec("DROP " + kind + " IF EXISTS " + name).Error; err != nil {
					return err
				}
			}
		}
		for _, table := range lacking {
			if err := db.Exec("DROP TABLE " + table).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// objects is a query for the names of the objects of a kind, indexes without those that belong to a constraint.
func (s *Store) objects() string {
	if s.dialect.isPostgres() {
		return `SELECT c.relname FROM pg_class AS c WHERE pg_table_is_visible(c.oid)
			AND CASE c.relkind WHEN 'i' THEN 'index' WHEN 'r' THEN 'table' END = ?
			AND c.relnamespace = 'public'::regnamespace
			AND NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = c.oid) ORDER BY c.relname`
	}
	return "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name <> 'sqlite_sequence' ORDER BY name"
}

// Objects names all tables and indexes.
func (s *Store) Objects(ctx context.Context) ([]string, error) {
	var all []string
	err := s.read(ctx, func(db *gorm.DB) error {
		for _, kind := range []string{"table", "index"} {
			var names []string
			if err := db.Raw(s.objects(), kind).Scan(&names).Error; err != nil {
				return err
			}
			all = append(all, names...)
		}
		return nil
	})
	return all, err
}

// Rows counts the rows of a table.
func (s *Store) Rows(ctx context.Context, table string) (n int, err error) {
	err = s.read(ctx, func(db *gorm.DB) error { return db.Raw("SELECT COUNT(*) FROM " + table).Row().Scan(&n) })
	return n, err
}
