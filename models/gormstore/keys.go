package gormstore

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"watchword/models"
)

const (
	// sqliteKeys and postgresKeys list the columns of the unique keys of @table, those of a key after each other.
	sqliteKeys = `SELECT i.name, c.name FROM pragma_index_list(@table) AS i, pragma_index_info(i.name) AS c
		WHERE i."unique" AND NOT i.partial AND c.name IS NOT NULL
		UNION ALL SELECT '', c.name FROM pragma_table_info(@table) AS c WHERE c.pk ORDER BY 1`
	postgresKeys = `SELECT i.indexrelid::text, a.attname
		FROM pg_index AS i CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
		JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
		WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
		AND i.indrelid = to_regclass(quote_ident(@table)) ORDER BY 1, k.place`

	// sqliteIndexes and postgresIndexes name the indexes of @table.
	sqliteIndexes   = "SELECT name FROM pragma_index_list(@table) ORDER BY name"
	postgresIndexes = `SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
		WHERE i.indrelid = to_regclass(quote_ident(@table)) ORDER BY c.relname`
)

// Tables describes those of the named tables that are there, by their names. It changes nothing.
func (s *Store) Tables(ctx context.Context, names ...string) (map[string]*models.Table, error) {
	found := map[string]*models.Table{}
	for _, name := range names {
		t, err := s.Table(ctx, name)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		described := &models.Table{Name: name, Columns: t.Columns}
		if err := s.readKeys(ctx, described); err != nil {
			return nil, err
		}
		found[name] = described
	}
	return found, nil
}

// readKeys fills in the keys and the indexes.
func (s *Store) readKeys(ctx context.Context, t *models.Table) error {
	of := map[string]any{"table": t.Name}
	return s.read(ctx, func(db *gorm.DB) error {
		if err := db.Raw(s.dialect.indexes, of).Scan(&t.Indexes).Error; err != nil {
			return err
		}
		last := -1
		var lastKey string
		return eachRow(db.Raw(s.dialect.keys, of), func(rows *sql.Rows) error {
			var key, column string
			if err := rows.Scan(&key, &column); err != nil {
				return err
			}
			if last < 0 || key != lastKey {
				t.Unique = append(t.Unique, nil)
				last, lastKey = last+1, key
			}
			t.Unique[last] = append(t.Unique[last], column)
			return nil
		})
	})
}

// eachRow reads the rows of a query to their end.
func eachRow(query *gorm.DB, read func(rows *sql.Rows) error) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	return readAll(rows, read)
}

// readAll reads rows to their end.
func readAll(rows *sql.Rows, read func(rows *sql.Rows) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// DjangoMigrations returns the migrations that Django has noted in django_migrations, by app and in the order in which
// they were run; nil if there is no such table.
func (s *Store) DjangoMigrations(ctx context.Context) (map[string][]string, error) {
	var applied map[string][]string
	err := s.read(ctx, func(db *gorm.DB) error {
		has, err := s.hasTable(db, djangoMigrations)
		if err != nil || !has {
			return err
		}
		applied = map[string][]string{}
		return eachRow(db.Raw("SELECT app, name FROM "+djangoMigrations+" ORDER BY id"), func(rows *sql.Rows) error {
			var app, name string
			if err := rows.Scan(&app, &name); err != nil {
				return err
			}
			applied[app] = append(applied[app], name)
			return nil
		})
	})
	return applied, err
}
