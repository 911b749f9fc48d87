package gormstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"watchword/models"
)

// In the database of a Django project, whose tables are there and are left alone, the migrations are read differently:
// without what stands between these lines, which makes Django's tables, their rows and indexes.
const (
	freshBegin = "-- +fresh Begin"
	freshEnd   = "-- +fresh End"
)

// reference matches what a column of our tables says of the row of another table that it points to.
var reference = regexp.MustCompile(`(?:\binteger( NOT NULL| NULL)?( PRIMARY KEY)? )?REFERENCES (\w+) \(\w+\)( ON DELETE CASCADE)?`)

// ground is what a Django project has, as far as our own tables stand on it.
type ground struct {
	present map[string]bool // tables
	users   string          // the table and the primary key of users, as a reference names them
	userKey string          // the type of that key
}

// adoptedSQL is a migration as it is run in the database of a Django project: our own tables only. Where they point to a
// table that the project does not have they point nowhere; where they point to users, their columns have the type of
// that key.
func (g ground) adoptedSQL(text string) string {
	var kept strings.Builder
	skip := false
	for line := range strings.Lines(text) {
		switch strings.TrimSpace(line) {
		case freshBegin:
			skip = true
		case freshEnd:
			skip = false
		default:
			if !skip {
				kept.WriteString(line)
			}
		}
	}
	return reference.ReplaceAllStringFunc(kept.String(), g.point)
}

// point rewrites one reference.
func (g ground) point(found string) string {
	parts := reference.FindStringSubmatch(found)
	column, _, _ := strings.Cut(found, "REFERENCES ")
	switch {
	case strings.HasPrefix(parts[3], "watchword_"):
		return found
	case !g.present[parts[3]]:
		return strings.TrimSuffix(column, " ")
	case parts[3] == defaultUserTable && column != "":
		return strings.Replace(column, "integer", g.userKey, 1) + "REFERENCES " + g.users + parts[4]
	}
	return found
}

// ground looks at what a Django project has.
func (s *Store) ground(ctx context.Context) (ground, error) {
	names := append(djangoTables(), defaultUserTable)
	found, err := s.Tables(ctx, names...)
	g := ground{present: map[string]bool{}, users: defaultUserTable + " (id)", userKey: "integer"}
	for name, table := range found {
		g.present[name] = true
		if id := table.Column("id"); name == defaultUserTable && id != nil {
			g.userKey = id.Native
		}
	}
	if s.users != nil {
		table := s.users.table
		g.present[defaultUserTable] = true
		g.users, g.userKey = fmt.Sprintf("%s (%s)", quoted(table.Name), quoted(table.Key.Name)), table.Key.Native
	}
	return g, err
}

// adoptedMigrations are all migrations as they are run in the database of a Django project.
func (s *Store) adoptedMigrations(ctx context.Context) ([]*goose.Migration, error) {
	g, err := s.ground(ctx)
	if err != nil {
		return nil, err
	}
	files, err := s.allMigrations()
	if err != nil {
		return nil, err
	}
	migrations := make([]*goose.Migration, len(files))
	for i, file := range files {
		text := g.adoptedSQL(file.SQL)
		migrations[i] = goose.NewGoMigration(file.version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, text)
			return err
		}}, nil)
	}
	return migrations, nil
}

// Adoption says since when this server has used the database of a Django project. It returns models.ErrNotFound where it
// does not, or made the database itself.
func (s *Store) Adoption(ctx context.Context) (*models.Adoption, error) {
	found := new(models.Adoption)
	err := s.read(ctx, func(db *gorm.DB) error {
		has, err := s.hasTable(db, adoptionTable)
		if err != nil {
			return err
		}
		if !has {
			return models.ErrNotFound
		}
		return db.Raw("SELECT adopted_at, server, found FROM "+adoptionTable+" WHERE id = 1").Row().
			Scan(&found.AdoptedAt, &found.Server, &found.Found)
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
