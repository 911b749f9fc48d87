package models

import "time"

// AuthToken is a row of authtoken_token: Django REST framework's one plain token for each user.
type AuthToken struct {
	Key     string    `gorm:"column:key;primaryKey"` // 40 hexadecimal digits, in clear
	UserID  UserID    `gorm:"column:user_id"`        // unique
	Created time.Time `gorm:"column:created"`
}

// TableName is Django's name of the table.
func (AuthToken) TableName() string { return "authtoken_token" }
