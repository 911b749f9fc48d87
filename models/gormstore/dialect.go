package gormstore

import (
	"strconv"
	"strings"

	"github.com/pressly/goose/v3/database"
	"gorm.io/gorm"

	"watchword/models"
)

// dialect holds what differs between the two databases beyond their drivers.
type dialect struct {
	goose      database.Dialect
	migrations string // the folder of the migrations
	tables     string // a query that says whether the table of the given name exists
	columns    string // a query for the columns of @table, which column reads
	column     func(row scanner) (models.Column, error)
	ping       func(db *gorm.DB) error
	keys       string // a query for the unique keys of @table: the name of each, with each of its columns
	indexes    string // a query for the names of the indexes of @table
	// lockUsername makes others who take a name that is the given one but for case wait for the end of the transaction;
	// "" where writers wait for each other anyway.
	lockUsername string
	// lockEmail does the same for an address, to the letter.
	lockEmail string
	// lockUser makes others who lock the user with the given id wait for the end of the transaction; "" likewise.
	lockUser string
	// skipLocked ends a query for rows to change: it passes over those that others are changing just now. "" where writers
	// wait for each other anyway.
	skipLocked string
	// announce tells the listeners of a channel something when the transaction is committed; "" where nobody listens.
	announce string
}

func (d dialect) isPostgres() bool { return d.goose == database.DialectPostgres }

// bind numbers the question marks of a query where the database wants that. The query must have no others.
func (d dialect) bind(query string) string {
	if !d.isPostgres() {
		return query
	}
	bound := make([]byte, 0, len(query)+8)
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		bound = append(bound, before...)
		if !found {
			return string(bound)
		}
		bound = strconv.AppendInt(append(bound, '$'), int64(n), 10)
		query = after
	}
}

func sqliteDialect() dialect {
	return dialect{
		goose:      database.DialectSQLite3,
		migrations: "migrations/sqlite",
		tables:     "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?",
		columns:    sqliteColumns,
		column:     sqliteColumn,
		ping:       pingSQLite,
		keys:       sqliteKeys,
		indexes:    sqliteIndexes,
	}
}

func postgresDialect() dialect {
	return dialect{
		goose:      database.DialectPostgres,
		migrations: "migrations/postgres",
		// Looking at pg_class sees what others have just made, where to_regclass may believe its cache.
		tables:  "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = ? AND relkind IN ('r', 'p') AND pg_table_is_visible(oid))",
		columns: postgresColumns,
		column:  postgresColumn,
		ping:    pingPostgres,
		keys:    postgresKeys,
		indexes: postgresIndexes,

		lockUsername: "SELECT pg_advisory_xact_lock(hashtextextended('auth_user.username ' || UPPER(?), 0))",
		lockEmail:    "SELECT pg_advisory_xact_lock(hashtextextended('auth_user.email ' || ?, 0))",
		lockUser:     "SELECT 1 FROM auth_user WHERE auth_user.id = CAST(? AS bigint) FOR NO KEY UPDATE",
		skipLocked:   "FOR UPDATE SKIP LOCKED",
		announce:     "SELECT pg_notify(?, ?)",
	}
}
