package gormstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"watchword/models"
	"watchword/models/gormstore/fixtures"
)

// pointer is a reference that was stored, to be checked when everything is.
type pointer struct {
	object *fixtures.Object
	field  string
	to     string
	key    any
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
	for _, p := range l.pointers {
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
	for _, p := range l.pointers {
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
