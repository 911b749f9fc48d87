// Package models says what a row is. It holds Django's tables as plain structs and the errors that storage can
// have; it knows no database, no HTTP and no rules.
//
// Times are UTC. A nil *time.Time is SQL NULL. The column names and table names are Django's own, so that the rows can
// be shared with a Django project.
package models

import (
	"errors"
	"strings"
)

var (
	// ErrNotFound says that no row matches. Stores return it, possibly wrapped, instead of a zero row.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that a write broke a unique constraint: somebody else holds that name, address or id.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable says that storage cannot be reached now; trying again later may help.
	ErrUnavailable = errors.New("storage unavailable")
)

// ConflictError is an ErrConflict that says which column of a user it is about.
type ConflictError struct{ Column string }

// Error implements error.
func (e *ConflictError) Error() string { return "conflict: " + e.Column }

// Is makes errors.Is find ErrConflict.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// NeededError says which columns of a new user must have a value and have none.
type NeededError struct{ Columns []string }

// Error implements error.
func (e *NeededError) Error() string {
	return "a user must have a value for " + strings.Join(e.Columns, ", ")
}
