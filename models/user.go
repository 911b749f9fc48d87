package models

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// UserID is a user's primary key as text: "7", or a UUID where the project chose one. The zero value "" is nobody's.
// It travels as text everywhere and becomes a number only at the two rims that need one: the database (Value, Scan)
// and the JSON of the wire (MarshalJSON).
type UserID string

// Int returns the id as a number; ok is false for ids that are not canonical decimal numbers, such as UUIDs.
func (id UserID) Int() (n int64, ok bool) {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(id) {
		return 0, false
	}
	return n, true
}

// Value implements driver.Valuer: a number for integer keys, text for all others, NULL for nobody.
func (id UserID) Value() (driver.Value, error) {
	if id == "" {
		return nil, nil
	}
	if n, ok := id.Int(); ok {
		return n, nil
	}
	return string(id), nil
}

// Scan implements sql.Scanner for integer, text and NULL columns.
func (id *UserID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ""
	case int64:
		*id = UserID(strconv.FormatInt(v, 10))
	case string:
		*id = UserID(v)
	case []byte:
		*id = UserID(v)
	default:
		return fmt.Errorf("models: cannot read a user id from %T", src)
	}
	return nil
}

// MarshalJSON writes integer keys as JSON numbers and all others as strings, as Django REST framework does.
func (id UserID) MarshalJSON() ([]byte, error) {
	if _, ok := id.Int(); ok {
		return []byte(id), nil
	}
	return strconv.AppendQuote(nil, string(id)), nil
}

// User is a row of auth_user, Django's django.contrib.auth.models.User, or of a project's own table of users; columns
// that such a table lacks have the zero value, and Username is what people log in with.
type User struct {
	ID          UserID     `gorm:"column:id;primaryKey"`
	Password    string     `gorm:"column:password"` // Django's encoded hash; "!…" is unusable
	LastLogin   *time.Time `gorm:"column:last_login"`
	IsSuperuser bool       `gorm:"column:is_superuser"`
	Username    string     `gorm:"column:username"`
	FirstName   string     `gorm:"column:first_name"`
	LastName    string     `gorm:"column:last_name"`
	Email       string     `gorm:"column:email"` // "" when unknown
	IsStaff     bool       `gorm:"column:is_staff"`
	IsActive    bool       `gorm:"column:is_active"`
	DateJoined  time.Time  `gorm:"column:date_joined"`

	// LoginsEnded is when all logins of the user were ended: what they handed out is void. nil: never. It has a table of
	// its own, and lookups of users fill it in.
	LoginsEnded *time.Time `gorm:"-"`
	// SparedLogin names the one login from before LoginsEnded that goes on; "" for none. The scheme that keeps no more of
	// its logins than this says what it means.
	SparedLogin string `gorm:"-"`

	// Extra are the columns that a project's own table of users has beyond these, by name; see ColumnType for the types of
	// the values. nil where there are none.
	Extra map[string]any `gorm:"-"`

	Memberships *Memberships `gorm:"-"` // nil: nobody has looked
}

// Memberships are the groups that a user is in and what the user may do by them or otherwise, each in alphabetical order
// and never nil.
type Memberships struct {
	Groups      []string // names
	Permissions []string // as Django writes them: app_label.codename
}

// TableName is Django's name of the table.
func (User) TableName() string { return "auth_user" }
