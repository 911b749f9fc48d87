package gormstore

import (
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

// insert runs an INSERT … RETURNING id. It reads to the end of the rows, because only there does SQLite commit, and
// say so if it cannot; that is also why gorm's own Create is not used.
func insert(db *gorm.DB, id any, query string, args ...any) (err error) {
	rows, err := db.Raw(query, args...).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(id); err != nil {
			return err
		}
	}
	return rows.Err()
}

// oneRow turns a statement that touched no row into models.ErrNotFound.
func oneRow(result *gorm.DB) error {
	if result.Error == nil && result.RowsAffected == 0 {
		return models.ErrNotFound
	}
	return result.Error
}
