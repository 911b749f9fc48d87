package models

import "time"

// EmailChange is a row of watchword_email_change: a user had another primary address until then, and may take it back.
// The table is our own; Django has none like it.
type EmailChange struct {
	ID     int64
	UserID UserID
	Email  string    // the address that was the primary one
	MadeAt time.Time // when it ceased to be
}

// TableName is the name of the table.
func (EmailChange) TableName() string { return "watchword_email_change" }
