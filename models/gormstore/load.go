package gormstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pressly/goose/v3/database"
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
	schema := fixtures.NewSchema()
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

// loader stores objects inside a transaction.
type loader struct {
	store   *Store
	schema  *fixtures.Schema
	pointer []pointer
}

// pointer is a reference that was stored, to be checked when everything is.
type pointer struct {
	object *fixtures.Object
	field  string
	to     string
	key    any
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
	if err := l.findKey(ctx, o); err != nil {
		return o.Fault("", err)
	}
	if o.Key != nil {
		columns, values = append(columns, o.Model.Key.Column), append(values, o.Key)
	}
	if err := l.upsert(ctx, o, columns, values); err != nil {
		return o.Fault("", err)
	}
	l.pointer = append(l.pointer, pointers...)
	return nil
}

// findKey gives an object without a primary key that of the row with the same natural key, if there is one.
func (l *loader) findKey(ctx context.Context, o *fixtures.Object) error {
	if o.Key != nil || o.Model.NaturalKey == nil {
		return nil
	}
	var natural []any
	for _, name := range o.Model.NaturalKey {
		i := slices.IndexFunc(o.Model.Fields, func(f fixtures.Field) bool { return f.Name == name })
		natural = append(natural, o.Values[i])
	}
	key, err := l.resolve(ctx, o.Model.Label, &fixtures.Reference{Natural: natural})
	var unresolved *unresolvedError
	if errors.As(err, &unresolved) {
		return nil
	}
	o.Key = key
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
	return l.store.write(ctx, func(db *gorm.DB) error {
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
		l.pointer = append(l.pointer, pointer{o, many.Name, many.To, key})
	}
	return nil
}

// unresolvedError says that a natural key names nothing, so far.
type unresolvedError struct {
	model     string
	reference *fixtures.Reference
}

func (e *unresolvedError) Error() string {
	return fmt.Sprintf("there is no %s with the natural key %v", e.model, e.reference)
}

// resolve finds the primary key that r stands for, or returns an *unresolvedError.
func (l *loader) resolve(ctx context.Context, label string, r *fixtures.Reference) (any, error) {
	if r.Natural == nil {
		return r.Key, nil
	}
	model, err := l.schema.Model(label)
	if err != nil {
		return nil, err
	}
	var key any
	err = l.store.read(ctx, func(db *gorm.DB) error {
		return db.Raw(model.ByNaturalKey, r.Natural...).Row().Scan(&key)
	})
	if errors.Is(err, models.ErrNotFound) {
		return nil, &unresolvedError{label, r}
	}
	return key, err
}

// checkPointers reports every stored reference whose row is not there. The database would refuse to commit, but it
// would not say which object is to blame.
func (l *loader) checkPointers(ctx context.Context) error {
	byModel := map[string][]any{}
	for _, p := range l.pointer {
		byModel[p.to] = append(byModel[p.to], p.key)
	}
	present := map[string]map[any]bool{}
	for label, keys := range byModel {
		model, err := l.schema.Model(label)
		if err != nil {
			return err
		}
		if present[label], err = l.presentKeys(ctx, model, keys); err != nil {
			return err
		}
	}
	var errs []error
	for _, p := range l.pointer {
		if !present[p.to][p.key] {
			errs = append(errs, p.object.Fault(p.field, fmt.Errorf("there is no %s with pk=%v", p.to, p.key)))
		}
	}
	return errors.Join(errs...)
}

// presentKeys says which of keys are in the model's table.
func (l *loader) presentKeys(ctx context.Context, model *fixtures.Model, keys []any) (map[any]bool, error) {
	const most = 500 // values in one statement
	present := map[any]bool{}
	query := fmt.Sprintf(`SELECT "%s" FROM %s WHERE CAST("%s" AS bigint) IN ?`, model.Key.Column, model.Table,
		model.Key.Column)
	for chunk := range slices.Chunk(keys, most) {
		var found []int64
		err := l.store.read(ctx, func(db *gorm.DB) error { return db.Raw(query, chunk).Scan(&found).Error })
		if err != nil {
			return nil, err
		}
		for _, key := range found {
			present[key] = true
		}
	}
	return present, nil
}

// resetSequences lets PostgreSQL continue after the highest key. SQLite does so by itself.
func (l *loader) resetSequences(ctx context.Context, objects []*fixtures.Object) error {
	if l.store.dialect.goose != database.DialectPostgres {
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
