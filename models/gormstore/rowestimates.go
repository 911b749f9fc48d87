package gormstore

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// mostCounted is where counting the rows of a table ends on SQLite, which keeps no estimate.
const mostCounted = 100_000

// growing are the tables that grow with use, where users are in Django's own.
var growing = [...]string{
	"account_emailaddress", "auth_user", "authtoken_token", "django_session", "rest_authtoken_authtoken",
	"socialaccount_socialaccount", "token_blacklist_blacklistedtoken", "token_blacklist_outstandingtoken",
	"watchword_audit", "watchword_authtoken_refresh", "watchword_outbox", "watchword_refresh_family",
	"watchword_retired_refresh", "watchword_throttle", "watchword_webhook",
}

// growingTables are growing, with the table that users are in.
func (s *Store) growingTables() []string {
	names := growing[:]
	if s.users == nil {
		return names
	}
	names = slices.Clone(names)
	names[slices.Index(names, defaultUserTable)] = s.users.table.Name
	return names
}

// RowEstimates says about how many rows the tables have that grow with use, by their names, a project's own table of
// users among them; tables that are not there are left out. It never reads a large table: PostgreSQL is asked for what its statistics say, which is a second old and after
// a crash nothing, and on SQLite the count ends at 100000.
func (s *Store) RowEstimates(ctx context.Context) (map[string]int, error) {
	estimates := map[string]int{}
	err := s.read(ctx, func(db *gorm.DB) error {
		if s.dialect.isPostgres() {
			return collectEstimates(estimates, db.Raw(`SELECT relname, n_live_tup FROM pg_stat_user_tables
				WHERE schemaname = current_schema() AND relname IN ?`, s.growingTables()))
		}
		var there []string
		if err := db.Raw("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ?", s.growingTables()).Scan(&there).Error; err != nil {
			return err
		}
		for _, name := range there {
			query := fmt.Sprintf("SELECT ?, COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d)", quoted(name), mostCounted)
			if err := collectEstimates(estimates, db.Raw(query, name)); err != nil {
				return err
			}
		}
		return nil
	})
	return estimates, err
}

// collectEstimates reads rows of a name and a number.
func collectEstimates(into map[string]int, query *gorm.DB) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		var count int
		if err := rows.Scan(&name, &count); err != nil {
			return err
		}
		into[name] = count
	}
	return rows.Err()
}
