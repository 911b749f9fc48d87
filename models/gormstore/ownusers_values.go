package gormstore

import (
	"database/sql/driver"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"watchword/models"
)

// key is id for a statement: NULL, which equals nothing, unless it can be one of the keys of this database.
func (s *Store) key(id models.UserID) any {
	if s.users == nil || s.users.table.Key.Type == models.ColumnInteger {
		return integer(id)
	}
	if !canonicalUUID.MatchString(string(id)) {
		return nil
	}
	return s.users.uuid(string(id))
}

// canonicalUUID is the one form of a UUID that ids have.
var canonicalUUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// uuid is a UUID as Django stores it: PostgreSQL has a type for it, and SQLite gets its hexadecimal digits.
func (o *ownUsers) uuid(dashed string) string {
	if o.postgres {
		return dashed
	}
	return strings.ReplaceAll(dashed, "-", "")
}

// intoID is where a user's id is read to.
func (s *Store) intoID(id *models.UserID) any {
	if s.users == nil || s.users.table.Key.Type == models.ColumnInteger {
		return id
	}
	return uuidID{id}
}

// uuidID reads a UUID in any of its forms into an id.
type uuidID struct{ into *models.UserID }

// Scan implements sql.Scanner.
func (u uuidID) Scan(src any) error {
	var text string
	if err := (orZero[string]{&text}).Scan(src); err != nil {
		return err
	}
	*u.into = models.UserID(dashed(text))
	return nil
}

// dashed puts the dashes into a UUID that is 32 hexadecimal digits.
func dashed(text string) string {
	if len(text) != 32 {
		return text
	}
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// orZero reads NULL as the zero value.
type orZero[T any] struct{ into *T }

// Scan implements sql.Scanner.
func (o orZero[T]) Scan(src any) error {
	if src == nil {
		*o.into = *new(T)
		return nil
	}
	return assign(o.into, src)
}

// fields is where a row of the translated userColumns is read to.
func (o *ownUsers) fields(u *models.User, log *slog.Logger) []any {
	flags := userFlags{u, log}
	into := []any{&u.ID, &u.Password, &u.LastLogin, flags.superuser(), orZero[string]{&u.Username},
		orZero[string]{&u.FirstName}, orZero[string]{&u.LastName}, orZero[string]{&u.Email}, flags.staff(),
		flags.active(), orZero[time.Time]{&u.DateJoined}}
	if o.table.Key.Type == models.ColumnUUID {
		into[0] = uuidID{&u.ID}
	}
	if len(o.table.Extra) > 0 {
		u.Extra = make(map[string]any, len(o.table.Extra))
	}
	for _, c := range o.table.Extra {
		into = append(into, extraValue{c, u.Extra})
	}
	return into
}

// extraValue reads a value of an extra column.
type extraValue struct {
	column models.Column
	into   map[string]any
}

// Scan implements sql.Scanner.
func (e extraValue) Scan(src any) error {
	if bytes, ok := src.([]byte); ok {
		src = string(bytes)
	}
	value := any(nil)
	if src != nil {
		var err error
		if value, err = readExtra(e.column, src); err != nil {
			return fmt.Errorf("column %s: %w", e.column.Name, err)
		}
	}
	e.into[e.column.Name] = value
	return nil
}

// readExtra turns what a driver has read into what models.ColumnType promises.
func readExtra(c models.Column, src any) (any, error) {
	switch c.Type {
	case models.ColumnBoolean:
		return driver.Bool.ConvertValue(src)
	case models.ColumnUUID:
		return dashed(fmt.Sprint(src)), nil
	case models.ColumnDecimal:
		return decimal(src, c.Places), nil
	case models.ColumnDate:
		if t, ok := src.(time.Time); ok {
			return t.Format(time.DateOnly), nil
		}
	case models.ColumnTime:
		if t, ok := src.(time.Time); ok {
			return t.Format("15:04:05.999999"), nil
		}
	case models.ColumnDateTime:
		if t, ok := src.(time.Time); ok {
			return t.UTC(), nil
		}
	case models.ColumnFloat:
		if n, ok := src.(int64); ok {
			return float64(n), nil
		}
	case models.ColumnOther:
		return nil, nil
	default: // as it is
	}
	return src, nil
}

// decimal is a number as text, with so many digits behind the point. SQLite keeps decimals as plain numbers.
func decimal(src any, places int) string {
	switch n := src.(type) {
	case float64:
		if places == 0 {
			places = -1
		}
		return strconv.FormatFloat(n, 'f', places, 64)
	case int64:
		text := strconv.FormatInt(n, 10)
		if places > 0 {
			text += "." + strings.Repeat("0", places)
		}
		return text
	}
	return fmt.Sprint(src)
}

// stored is a value of an extra column as it is written.
func (o *ownUsers) stored(c models.Column, value any) any {
	if text, ok := value.(string); ok && c.Type == models.ColumnUUID {
		return o.uuid(text)
	}
	return value
}
