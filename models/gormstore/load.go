package gormstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorm.io/gorm"

	"watchword/models"
	"watchword/models/gormstore/fixtures"
)

// LoadFixtures stores the objects of Django JSON fixtures, one list from each reader, as Django's loaddata does: an
// object whose primary key is taken replaces that row, fields that it leaves out get their defaults, many-to-many
// lists are replaced, and the next rows get free numbers. References may point forwards. It is all or nothing.
//
// It returns how many objects there were. Its errors name the object and the field (*fixtures.Error); references that
// point at nothing are all reported together.
func (s *Store) LoadFixtures(ctx context.Context, readers ...io.Reader) (n int, err error) {
	if s.users != nil {
		return 0, errOwnUsers
	}
	schema := fixtures.NewSchemaFor(s.cfg.UserModel)
	objects, err := schema.Decode(s.cfg.Now().UTC(), readers...)
	if err != nil {
		return 0, err
	}
	err = s.Atomic(ctx, func(ctx context.Context) error {
		return (&loader{store: s, schema: schema}).load(ctx, objects)
	})
	if err != nil {
		return 0, err
	}
	return len(objects), nil
}

// errOwnUsers says that fixtures speak of Django's own users.
var errOwnUsers = errors.New("fixtures are for databases whose users are in auth_user; for a project's own users, use " +
	"Django's loaddata and dumpdata")

// loader stores objects inside a transaction.
type loader struct {
	store    *Store
	schema   *fixtures.Schema
	pointers []pointer
}

func (l *loader) load(ctx context.Context, objects []*fixtures.Object) error {
	if err := l.storeAll(ctx, objects); err != nil {
		return err
	}
	for _, o := range objects {
		for i, many := range o.Model.Many {
			if err := l.storeMany(ctx, o, many, o.Many[i]); err != nil {
				return o.Fault(many.Name, err)
			}
		}
	}
	if err := l.checkPointers(ctx); err != nil {
		return err
	}
	return l.resetSequences(ctx, objects)
}

// storeAll stores the rows. Those with natural keys of objects that come later wait for another round, until a round
// stores nothing.
func (l *loader) storeAll(ctx context.Context, objects []*fixtures.Object) error {
	for len(objects) > 0 {
		var waiting []*fixtures.Object
		var first error
		for _, o := range objects {
			err := l.storeObject(ctx, o)
			var unresolved *unresolvedError
			if errors.As(err, &unresolved) {
				waiting = append(waiting, o)
				if first == nil {
					first = err
				}
			} else if err != nil {
				return err
			}
		}
		if len(waiting) == len(objects) {
			return first
		}
		objects = waiting
	}
	return nil
}

// storeObject inserts o, or puts it in the place of the row with its key.
func (l *loader) storeObject(ctx context.Context, o *fixtures.Object) error {
	var pointers []pointer
	columns, values := []string{}, []any{}
	for i, field := range o.Model.Fields {
		if field.Column == "" {
			continue
		}
		value := o.Values[i]
		if r, ok := value.(*fixtures.Reference); ok {
			key, err := l.resolve(ctx, field.To, r)
			if err != nil {
				return o.Fault(field.Name, err)
			}
			pointers = append(pointers, pointer{o, field.Name, field.To, key})
			value = key
		}
		columns, values = append(columns, field.Column), append(values, value)
	}
	if err := l.findKey(ctx, o, columns, values); err != nil {
		return o.Fault("", err)
	}
	if o.Key != nil {
		columns, values = append(columns, o.Model.Key.Column), append(values, o.Key)
	}
	if err := l.upsert(ctx, o, columns, values); err != nil {
		return o.Fault("", err)
	}
	l.pointers = append(l.pointers, pointers...)
	return l.storeNotes(ctx, o)
}

// storeNotes keeps the truth values of o that are kept in tables of our own.
func (l *loader) storeNotes(ctx context.Context, o *fixtures.Object) error {
	for i, field := range o.Model.Fields {
		if field.Note == "" || o.Values[i] != true {
			continue
		}
		err := l.store.write(ctx, func(db *gorm.DB) error {
			return db.Exec(field.Note, l.store.cfg.Now().UTC(), o.Key).Error
		})
		if err != nil {
			return o.Fault(field.Name, err)
		}
	}
	return nil
}

// findKey gives an object without a primary key that of the row with the same natural key, if there is one. values are
// those of columns, with references resolved.
func (l *loader) findKey(ctx context.Context, o *fixtures.Object, columns []string, values []any) error {
	if o.Key != nil || o.Model.NaturalKey == nil {
		return nil
	}
	var conditions []string
	var natural []any
	for _, name := range o.Model.NaturalKey {
		i := slices.IndexFunc(o.Model.Fields, func(f fixtures.Field) bool { return f.Name == name })
		column := o.Model.Fields[i].Column
		conditions = append(conditions, `"`+column+`" = ?`)
		natural = append(natural, values[slices.Index(columns, column)])
	}
	query := fmt.Sprintf(`SELECT "%s" FROM %s WHERE %s`, o.Model.Key.Column, o.Model.Table, strings.Join(conditions, " AND "))
	err := l.store.read(ctx, func(db *gorm.DB) error { return db.Raw(query, natural...).Row().Scan(&o.Key) })
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	return err
}

// upsert runs the statement and notes the key that the database chose.
func (l *loader) upsert(ctx context.Context, o *fixtures.Object, columns []string, values []any) error {
	var names, marks, updates []string
	for _, column := range columns {
		names = append(names, `"`+column+`"`)
		marks = append(marks, "?")
		updates = append(updates, fmt.Sprintf(`"%s" = excluded."%s"`, column, column))
	}
	key := o.Model.Key.Column
	query := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT ("%s") DO UPDATE SET %s RETURNING "%s"`,
		o.Model.Table, strings.Join(names, ", "), strings.Join(marks, ", "), key, strings.Join(updates, ", "), key)
	return l.store.writeRow(ctx, models.EveryRow(), func(db *gorm.DB) error {
		return insert(db, &o.Key, query, values...)
	})
}

// storeMany makes the rows between o and the objects that refs name the only ones.
func (l *loader) storeMany(ctx context.Context, o *fixtures.Object, many fixtures.Many, refs []*fixtures.Reference) error {
	if refs == nil {
		return nil
	}
	err := l.store.write(ctx, func(db *gorm.DB) error {
		return db.Exec(fmt.Sprintf("DELETE FROM %s WHERE %s = ?", many.Table, many.From), o.Key).Error
	})
	if err != nil {
		return err
	}
	query := fmt.Sprintf("INSERT INTO %s (%s, %s) VALUES (?, ?) ON CONFLICT DO NOTHING", many.Table, many.From, many.Column)
	for _, r := range refs {
		key, err := l.resolve(ctx, many.To, r)
		if err != nil {
			return err
		}
		err = l.store.write(ctx, func(db *gorm.DB) error { return db.Exec(query, o.Key, key).Error })
		if err != nil {
			return err
		}
		l.pointers = append(l.pointers, pointer{o, many.Name, many.To, key})
	}
	return nil
}

// resetSequences lets PostgreSQL continue after the highest key. SQLite does so by itself.
func (l *loader) resetSequences(ctx context.Context, objects []*fixtures.Object) error {
	if !l.store.dialect.isPostgres() {
		return nil
	}
	done := map[string]bool{}
	for _, o := range objects {
		table, key := o.Model.Table, o.Model.Key
		if done[table] || key.Kind != fixtures.Integer {
			continue
		}
		done[table] = true
		query := fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%s', '%s'), GREATEST(MAX("%s"), 1)) FROM %s`,
			table, key.Column, key.Column, table)
		if err := l.store.write(ctx, func(db *gorm.DB) error { return db.Exec(query).Error }); err != nil {
			return err
		}
	}
	return nil
}
