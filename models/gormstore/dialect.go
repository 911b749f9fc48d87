package gormstore

import (
	"github.com/pressly/goose/v3/database"
	"gorm.io/gorm"
)

// dialect holds what differs between the two databases beyond their drivers.
type dialect struct {
	goose      database.Dialect
	migrations string // the folder of the migrations
	tables     string // a query that says whether the table of the given name exists
	ping       func(db *gorm.DB) error
}

func sqliteDialect() dialect {
	return dialect{
		goose:      database.DialectSQLite3,
		migrations: "migrations/sqlite",
		tables:     "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?",
		ping:       pingSQLite,
	}
}

func postgresDialect() dialect {
	return dialect{
		goose:      database.DialectPostgres,
		migrations: "migrations/postgres",
		tables:     "SELECT to_regclass(?) IS NOT NULL",
		ping:       pingPostgres,
	}
}
