package gormstore

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

// insert runs an INSERT or UPDATE … RETURNING id; where it returns nothing, id stays as it is. It reads to the end of the
// rows, because only there does SQLite commit, and say so if it cannot; that is also why gorm's own Create is not used.
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

// row reads the one row of a query, past gorm: to build a statement costs it as much as the database needs to find a row
// by its key, and these are the lookups that every request makes. The query has question marks for args only.
func (s *Store) row(ctx context.Context, query string, args []any, into ...any) (err error) {
	ctx, end := s.begin(ctx, query)
	defer func() { end(err) }()
	db, ctx, cancel := s.bound(ctx, s.reader)
	defer cancel()
	found := db.Statement.ConnPool.QueryRowContext(ctx, s.dialect.bind(query), args...)
	return translate(because(ctx, found.Scan(into...)))
}

// exists reports whether a query has a row. It must select one number.
func (s *Store) exists(ctx context.Context, query string, args ...any) (bool, error) {
	var one int
	err := s.lookup(ctx, query, args, &one)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
