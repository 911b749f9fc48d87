package gormstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"

	"gorm.io/gorm"

	"watchword/models/gormstore/fixtures"
)

// DumpFixtures writes the rows of the models that labels name ("auth" or "auth.user"; none means all) as one Django
// JSON fixture, ordered by model and primary key, with indent spaces for each level or on one line. All rows are from
// one moment. Loading the result into an empty schema and dumping again gives the same bytes.
func (s *Store) DumpFixtures(ctx context.Context, w io.Writer, labels []string, indent int) error {
	if s.users != nil {
		return errOwnUsers
	}
	selected, err := fixtures.NewSchema().Select(labels)
	if err != nil {
		return err
	}
	encoder := fixtures.NewEncoder(w, indent)
	err = s.snapshot(ctx, func(db *gorm.DB) error {
		for _, model := range selected {
			if err := dumpModel(db, encoder, model); err != nil {
				return fmt.Errorf("%s: %w", model.Label, err)
			}
		}
		return nil
	})
	if err != nil {
		return translate(err)
	}
	return encoder.Close()
}

// snapshot runs fn in a transaction that only reads, and sees one state of the database for as long as it takes.
func (s *Store) snapshot(ctx context.Context, fn func(db *gorm.DB) error) error {
	if !s.dialect.isPostgres() {
		return s.reader.WithContext(ctx).Transaction(fn)
	}
	options := &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	return s.reader.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SET LOCAL statement_timeout = 0").Error; err != nil {
			return err
		}
		return fn(tx)
	}, options)
}

// dumpModel writes all rows of one model.
func dumpModel(db *gorm.DB, encoder *fixtures.Encoder, model *fixtures.Model) (err error) {
	many := make([]map[any][]*fixtures.Reference, len(model.Many))
	for i, m := range model.Many {
		if many[i], err = readMany(db, m); err != nil {
			return err
		}
	}
	rows, err := db.Raw(selectAll(model)).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		o := &fixtures.Object{Model: model, Values: make([]any, len(model.Fields))}
		into := []any{&o.Key}
		for i := range o.Values {
			into = append(into, &o.Values[i])
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range model.Many {
			o.Many = append(o.Many, many[i][o.Key])
		}
		if err := encoder.Encode(o); err != nil {
			return err
		}
	}
	return rows.Err()
}

// selectAll is the query for the key and the fields of a model, in order.
func selectAll(model *fixtures.Model) string {
	columns := []string{`"` + model.Key.Column + `"`}
	for _, field := range model.Fields {
		columns = append(columns, `"`+field.Column+`"`)
	}
	return fmt.Sprintf(`SELECT %s FROM %s ORDER BY "%s"`, strings.Join(columns, ", "), model.Table, model.Key.Column)
}

// readMany reads a whole table between two models, by the key of the first.
func readMany(db *gorm.DB, many fixtures.Many) (result map[any][]*fixtures.Reference, err error) {
	query := fmt.Sprintf("SELECT %s, %s FROM %s ORDER BY %s, %s", many.From, many.Column, many.Table, many.From, many.Column)
	rows, err := db.Raw(query).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	result = map[any][]*fixtures.Reference{}
	for rows.Next() {
		var from, to any
		if err := rows.Scan(&from, &to); err != nil {
			return nil, err
		}
		result[from] = append(result[from], &fixtures.Reference{Key: to})
	}
	return result, rows.Err()
}
