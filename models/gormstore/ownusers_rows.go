package gormstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"watchword/models"
)

// row is a row of users that is written: columns and their values.
type row struct {
	columns []string
	values  []any
}

func (r *row) set(column string, value any) {
	r.columns, r.values = append(r.columns, quoted(column)), append(r.values, value)
}

// newRow is the row of a new user. It returns a *models.NeededError if columns have no value that anybody could guess.
func (o *ownUsers) newRow(u *models.User, now time.Time) (*row, error) {
	r := &row{}
	if o.table.Key.Type == models.ColumnUUID {
		r.set(o.table.Key.Name, o.uuid(newUUID()))
	}
	for _, c := range o.table.Known {
		r.set(c.Name, o.knownValue(c, u))
	}
	var needed []string
	for _, c := range o.table.Extra {
		value, given := u.Extra[c.Name]
		if !given {
			value, given = o.table.Defaults[c.Name]
		}
		switch {
		case given:
			r.set(c.Name, o.stored(c, value))
		case c.Needed():
			needed = append(needed, c.Name)
		case !c.Null && !c.Default:
			r.set(c.Name, blank(c, now))
		}
	}
	if needed != nil {
		return nil, &models.NeededError{Columns: needed}
	}
	return r, nil
}

// knownValue is what u has for a column of models.User. Text that may be NULL is NULL where there is none, or it could
// not be unique.
func (o *ownUsers) knownValue(c models.Column, u *models.User) any {
	if c.Name == o.table.Username {
		return o.identity(u)
	}
	values := map[string]any{"password": u.Password, "last_login": u.LastLogin, "is_superuser": u.IsSuperuser,
		"first_name": u.FirstName, "last_name": u.LastName, "email": u.Email, "is_staff": u.IsStaff, "is_active": u.IsActive,
		"date_joined": u.DateJoined}
	if values[c.Name] == "" && c.Null {
		return nil
	}
	return values[c.Name]
}

// identity is what u logs in with. Where that is the address, the address comes first.
func (o *ownUsers) identity(u *models.User) string {
	if o.table.Username == "email" && u.Email != "" {
		return u.Email
	}
	return u.Username
}

// blank is the value of a column that nobody has said anything about.
func blank(c models.Column, now time.Time) any {
	switch c.Type {
	case models.ColumnBoolean:
		return false
	case models.ColumnJSON:
		return "{}"
	case models.ColumnDate:
		return now.UTC().Format(time.DateOnly)
	case models.ColumnDateTime:
		return now.UTC()
	default:
		return ""
	}
}

// newUUID is a random UUID, version 4 (RFC 9562 section 5.4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return dashed(fmt.Sprintf("%x", b))
}

// createOwn is CreateUser for a table of a project's own. With fold it inserts nothing where somebody has the name in
// another case.
func (s *Store) createOwn(ctx context.Context, u *models.User, fold bool) error {
	o := s.users
	r, err := o.newRow(u, s.cfg.Now())
	if err != nil {
		return err
	}
	query := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s", quoted(o.table.Name), strings.Join(r.columns, ", "),
		strings.TrimSuffix(strings.Repeat("?, ", len(r.values)), ", "))
	args := r.values
	if fold {
		query += fmt.Sprintf(" WHERE NOT EXISTS (SELECT 1 FROM %s WHERE UPPER(%s) = UPPER(CAST(? AS text)))",
			quoted(o.table.Name), quoted(o.table.Username))
		args = append(args, o.identity(u))
	}
	err = s.write(ctx, func(db *gorm.DB) error {
		return insert(db, s.intoID(&u.ID), query+" RETURNING "+quoted(o.table.Key.Name), args...)
	})
	if err == nil && u.ID != "" {
		u.Username = o.identity(u)
	}
	return s.users.aboutColumn(err)
}

// updateOwn is updateProfile for a table of a project's own.
func (s *Store) updateOwn(ctx context.Context, id models.UserID, p models.Profile) error {
	o := s.users
	r := &row{}
	texts := map[string]*string{"first_name": p.FirstName, "last_name": p.LastName, o.table.Username: p.Username}
	for _, c := range o.table.Known {
		if text := texts[c.Name]; text != nil {
			r.set(c.Name, *text)
		}
	}
	for _, c := range o.table.Extra {
		if value, given := p.Extra[c.Name]; given {
			r.set(c.Name, o.stored(c, value))
		}
	}
	if r.columns == nil {
		r.columns, r.values = []string{quoted(o.table.Key.Name)}, []any{s.key(id)}
	}
	query := fmt.Sprintf(`UPDATE auth_user SET %s = ? WHERE auth_user.id = CAST(? AS bigint) AND NOT EXISTS (
		SELECT 1 FROM %s AS other WHERE UPPER(other.%s) = UPPER(CAST(? AS text)) AND other.%s <> auth_user.id)`,
		strings.Join(r.columns, " = ?, "), quoted(o.table.Name), quoted(o.table.Username), quoted(o.table.Key.Name))
	args := append(slices.Clip(r.values), s.key(id), p.Username)
	err := s.writeRow(ctx, models.UserRow(id), func(db *gorm.DB) error { return oneRow(db.Exec(s.sql(query), args...)) })
	return s.users.aboutColumn(err)
}

// conflicting finds the column in what the databases say of a unique index, which may go on with the value or a code.
var conflicting = regexp.MustCompile(`(?:UNIQUE constraint failed: \w+\.|^\w[^(]*\()(\w+)(?:$|\)=| \(\d+\)$)`)

// aboutColumn makes a conflict say which column it is about, if it is about one that nobody logs in with.
func (o *ownUsers) aboutColumn(err error) error {
	if !errors.Is(err, models.ErrConflict) {
		return err
	}
	text := err.Error()
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		text = pg.Detail
	}
	if m := conflicting.FindStringSubmatch(text); m != nil && m[1] != o.table.Username {
		return &models.ConflictError{Column: m[1]}
	}
	return err
}
