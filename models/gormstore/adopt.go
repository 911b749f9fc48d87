package gormstore

import (
	"context"
	"errors"

	"github.com/pressly/goose/v3/database"
	"gorm.io/gorm"

	"watchword/models"
)

const (
	// adoptionTable says whether the database is a Django project's.
	adoptionTable = "watchword_adoption"
	// djangoMigrations is Django's own list of what it has run.
	djangoMigrations = "django_migrations"
)

// ErrOwnSchema says that this server made the database itself: there is nothing to adopt.
var ErrOwnSchema = errors.New("this server has made the database itself: there is nothing to adopt")

// Adopt makes this server's own tables in the database of a Django project, and notes what check found. It is one
// transaction, which check may refuse; what is Django's stays as it is. Of several at once, one does it.
//
// It returns models.ErrConflict if the database was adopted before, ErrOwnSchema if this server has made it, and
// otherwise the error of check.
func (s *Store) Adopt(ctx context.Context, check func(ctx context.Context) (models.Adoption, error)) error {
	err := s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.lockMigrations(ctx); err != nil {
			return err
		}
		if err := s.refuseAdopted(ctx); err != nil {
			return err
		}
		adoption, err := check(ctx)
		if err != nil {
			return err
		}
		return s.createOwnTables(ctx, adoption)
	})
	if err == nil {
		err = s.survey(ctx)
	}
	return err
}

// lockMigrations lets one process at a time change the schema, until the transaction ends. On SQLite it is the only one
// that writes anyway.
func (s *Store) lockMigrations(ctx context.Context) error {
	if !s.dialect.isPostgres() {
		return nil
	}
	return s.write(ctx, func(db *gorm.DB) error {
		return db.Exec("SELECT pg_advisory_xact_lock(?)", int64(migrationsLock)).Error
	})
}

// refuseAdopted returns why a database cannot be adopted that is ours already.
func (s *Store) refuseAdopted(ctx context.Context) error {
	_, err := s.Adoption(ctx)
	if err == nil {
		return models.ErrConflict
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	return s.read(ctx, func(db *gorm.DB) error {
		if ours, err := s.hasTable(db, migrationsTable); err != nil || !ours {
			return err
		}
		return ErrOwnSchema
	})
}

// createOwnTables runs all migrations as adoptedSQL reads them and notes them as goose does.
func (s *Store) createOwnTables(ctx context.Context, adoption models.Adoption) error {
	g, err := s.ground(ctx)
	if err != nil {
		return err
	}
	files, err := s.allMigrations()
	if err != nil {
		return err
	}
	versions, err := database.NewStore(s.dialect.goose, migrationsTable)
	if err != nil {
		return err
	}
	return s.write(ctx, func(db *gorm.DB) error {
		conn := db.Statement.ConnPool
		if err := versions.CreateVersionTable(ctx, conn); err != nil {
			return err
		}
		for _, file := range append([]Migration{{}}, files...) { // goose begins its list with a 0
			if _, err := conn.ExecContext(ctx, g.adoptedSQL(file.SQL)); err != nil {
				return err
			}
			if err := versions.Insert(ctx, conn, database.InsertRequest{Version: file.version}); err != nil {
				return err
			}
		}
		return db.Exec("INSERT INTO "+adoptionTable+" (id, adopted_at, server, found) VALUES (1, ?, ?, ?)",
			adoption.AdoptedAt, adoption.Server, adoption.Found).Error
	})
}
