package gormstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

const (
	// migrationsTable remembers which migrations were run. django_migrations is Django's own and stays so.
	migrationsTable = "watchword_migrations"
	// migrationsLock is the number of PostgreSQL's advisory lock that one migrating process holds.
	migrationsLock = 0x7761746368776f72 // "watchwor"
)

// ErrForeignSchema says that the database holds Django's tables but was not made by Migrate: it belongs to a Django
// project. Migrate leaves such a database alone.
var ErrForeignSchema = errors.New("the database already holds the tables of a Django project, " +
	"and none of the migrations of this server; it was left untouched. To use it beside Django or in its place, look with " +
	"\"watchword adopt --rehearse\" at what would work, and then run \"watchword adopt\"")

// migrationFiles holds one folder of reviewed SQL for each database. There is only a way up: going back is restoring a
// backup, for what a "down" deletes nobody brings back.
//
//go:embed migrations
var migrationFiles embed.FS

// Migration is a step of the schema's history.
type Migration struct {
	Name string // the file's name, such as "0001_django_schema.sql"
	SQL  string // what it runs

	version int64
}

// Migrate runs the migrations that have not been run yet, each in a transaction of its own. Any number of processes
// may call it at once. It returns ErrForeignSchema for the database of a Django project.
func (s *Store) Migrate(ctx context.Context) error {
	if _, err := s.appliedVersions(ctx); err != nil {
		return err
	}
	pool, done, err := s.migrationPool()
	if err != nil {
		return err
	}
	err = s.migrate(ctx, pool)
	return translate(errors.Join(err, done()))
}

// migrate runs goose. SQLite has no lock that outlives a transaction: of several processes that run one step at once
// the first wins, and the others fail on what is there now. So a failure on SQLite is tried again, once for each step
// that another process may have run.
func (s *Store) migrate(ctx context.Context, pool *sql.DB) error {
	provider, err := s.migrationProvider(ctx, pool)
	if err != nil {
		return err
	}
	steps := len(provider.ListSources())
	for range steps + 2 { // the steps, goose's own table, and a last run that finds nothing to do
		if _, err = provider.Up(ctx); err == nil || s.dialect.isPostgres() {
			return err
		}
	}
	return err
}

// migrationProvider sets goose up for this database, silent and without its global registry.
func (s *Store) migrationProvider(ctx context.Context, pool *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, s.dialect.migrations)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{
		goose.WithTableName(migrationsTable),
		goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()),
	}
	if s.dialect.isPostgres() {
		options = append(options, goose.WithSessionLocker(advisoryLock{}))
	}
	if s.lacking != nil { // adopted
		migrations, err := s.adoptedMigrations(ctx)
		if err != nil {
			return nil, err
		}
		files, options = nil, append(options, goose.WithGoMigrations(migrations...))
	}
	return goose.NewProvider(s.dialect.goose, pool, files, options...)
}

// advisoryLock lets one process migrate a PostgreSQL database while the others wait. Unlike goose's own, it waits in
// the database, so that nobody polls.
type advisoryLock struct{}

// SessionLock implements lock.SessionLocker.
func (advisoryLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationsLock))
	return err
}

// SessionUnlock implements lock.SessionLocker.
func (advisoryLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(migrationsLock))
	return err
}

// ForeignTables names the tables of a SQLite database in which none is this server's; none where one is.
func (s *Store) ForeignTables(ctx context.Context) (names []string, err error) {
	const query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	err = s.read(ctx, func(db *gorm.DB) error {
		if ours, err := s.hasTable(db, migrationsTable); err != nil || ours {
			return err
		}
		return db.Raw(query).Scan(&names).Error
	})
	return names, err
}

// PendingMigrations names the migrations that have not been run yet, in order. It changes nothing. It returns
// ErrForeignSchema for the database of a Django project.
func (s *Store) PendingMigrations(ctx context.Context) ([]string, error) {
	plan, err := s.MigrationPlan(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(plan))
	for i, migration := range plan {
		names[i] = migration.Name
	}
	return names, nil
}

// MigrationPlan is what Migrate would run, in order. It changes nothing, and returns the errors of PendingMigrations.
func (s *Store) MigrationPlan(ctx context.Context) ([]Migration, error) {
	applied, err := s.appliedVersions(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.allMigrations()
	if err != nil {
		return nil, err
	}
	plan := slices.DeleteFunc(all, func(m Migration) bool { return applied[m.version] })
	if s.lacking == nil { // not adopted
		return plan, nil
	}
	g, err := s.ground(ctx)
	for i := range plan {
		plan[i].SQL = g.adoptedSQL(plan[i].SQL)
	}
	return plan, err
}

// allMigrations reads the files, in order.
func (s *Store) allMigrations() ([]Migration, error) {
	files, err := fs.Glob(migrationFiles, path.Join(s.dialect.migrations, "*.sql"))
	if err != nil {
		return nil, err
	}
	var all []Migration
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return nil, err
		}
		text, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, Migration{Name: path.Base(file), SQL: string(text), version: version})
	}
	return all, nil
}

// appliedVersions reads goose's table without creating it, as goose itself would.
func (s *Store) appliedVersions(ctx context.Context) (map[int64]bool, error) {
	applied := map[int64]bool{}
	err := s.read(ctx, func(db *gorm.DB) error {
		ours, err := s.hasTable(db, migrationsTable)
		if err != nil {
			return err
		}
		if !ours {
			return s.refuseForeign(db)
		}
		var versions []int64
		err = db.Raw("SELECT version_id FROM " + migrationsTable + " WHERE is_applied").Scan(&versions).Error
		for _, version := range versions {
			applied[version] = true
		}
		return err
	})
	return applied, err
}

// refuseForeign looks for the two tables that every Django project with users has. Our own table is looked for once
// more, in case another process has just migrated.
func (s *Store) refuseForeign(db *gorm.DB) error {
	for _, table := range []string{djangoMigrations, defaultUserTable} {
		foreign, err := s.hasTable(db, table)
		if err != nil {
			return err
		}
		if !foreign {
			continue
		}
		if ours, err := s.hasTable(db, migrationsTable); err != nil || ours {
			return err
		}
		return ErrForeignSchema
	}
	return nil
}

func (s *Store) hasTable(db *gorm.DB, name string) (bool, error) {
	var has bool
	err := db.Raw(s.dialect.tables, name).Row().Scan(&has)
	return has, err
}

// migrationPool is the pool that migrations run on: SQLite's writer, or a pool of PostgreSQL whose statements may take
// as long as they need. done closes what was opened.
func (s *Store) migrationPool() (pool *sql.DB, done func() error, err error) {
	if !s.dialect.isPostgres() {
		pool, err = s.writer.DB()
		return pool, func() error { return nil }, err
	}
	target, err := parseURL(s.cfg.URL)
	if err != nil {
		return nil, nil, err
	}
	if pool, err = postgresPool(target.postgresURL, 0); err != nil {
		return nil, nil, fmt.Errorf("cannot migrate: %w", err)
	}
	return pool, pool.Close, nil
}
