//go:build !cgo

package gormstore

import (
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// sqliteOptions are the DSN parameters of this driver alone: date-times are read in UTC.
const sqliteOptions = "&_timezone=UTC"

// sqliteDriver is SQLite translated to Go, for builds without a C compiler.
func sqliteDriver() driver.Driver { return &sqlite.Driver{} }

// sqliteCode is the extended result code of an error of the driver.
func sqliteCode(err error) (code int, ok bool) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	return e.Code(), true
}
