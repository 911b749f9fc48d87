package models

import "time"

// Session is a row of django_session, the store behind Django's database sessions.
type Session struct {
	Key        string    `gorm:"column:session_key;primaryKey"`
	Data       string    `gorm:"column:session_data"` // signed and perhaps compressed; see schemes/session
	ExpireDate time.Time `gorm:"column:expire_date"`
}

// TableName is Django's name of the table.
func (Session) TableName() string { return "django_session" }
