//go:build cgo

package gormstore

import (
	"database/sql/driver"
	"errors"

	"github.com/mattn/go-sqlite3"
)

// sqliteOptions are the DSN parameters of this driver alone: it keeps statements prepared, on each connection.
const sqliteOptions = "&_stmt_cache_size=64"

// sqliteDriver is SQLite's own C code.
func sqliteDriver() driver.Driver { return &sqlite3.SQLiteDriver{} }

// sqliteCode is the extended result code of an error of the driver.
func sqliteCode(err error) (code int, ok bool) {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	if e.ExtendedCode != 0 {
		return int(e.ExtendedCode), true
	}
	return int(e.Code), true
}
