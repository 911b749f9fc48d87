package models

import (
	"database/sql/driver"
	"time"
)

// Digest is the digest of an opaque token's random bytes, the only thing that is stored of one: 32 bytes for SHA-256,
// 64 for SHA-512. Being a driver.Valuer, it reaches the database as one value wherever it stands in a statement.
type Digest []byte

// Value implements driver.Valuer.
func (d Digest) Value() (driver.Value, error) { return []byte(d), nil }

// LoginToken is a row of rest_authtoken_authtoken: one login of a user (django-rest-authtoken).
type LoginToken struct {
	Digest    Digest     `gorm:"column:hashed_token;primaryKey"`
	Created   time.Time  `gorm:"column:created"`
	UserID    UserID     `gorm:"column:user_id"`
	Refreshed *time.Time `gorm:"-"` // when its use was last noted, in a table of our own; nil: never
}

// TableName is Django's name of the table.
func (LoginToken) TableName() string { return "rest_authtoken_authtoken" }

// ConfirmationToken is a row of rest_authtoken_emailconfirmationtoken: a link that was mailed to a user, and that proves
// the address it was mailed to (django-rest-authtoken).
type ConfirmationToken struct {
	Digest  Digest    `gorm:"column:hashed_token;primaryKey"`
	Created time.Time `gorm:"column:created"`
	Email   string    `gorm:"column:email"` // the user's address when the link was made
	UserID  UserID    `gorm:"column:user_id"`
}

// TableName is Django's name of the table.
func (ConfirmationToken) TableName() string { return "rest_authtoken_emailconfirmationtoken" }

// ConfirmationField names what of a user is set when they confirm their address.
type ConfirmationField string

// The fields that confirming can set.
const (
	ConfirmsActive ConfirmationField = "is_active"       // the column of auth_user: no login before
	ConfirmsEmail  ConfirmationField = "email_confirmed" // a flag of our own: told, but nothing depends on it
)
