package models

import "time"

// EmailAddress is a row of account_emailaddress, an address that a user claims (django-allauth).
type EmailAddress struct {
	ID       int64  `gorm:"column:id;primaryKey"`
	UserID   UserID `gorm:"column:user_id"`
	Email    string `gorm:"column:email"`    // unique for each user; unique over all users once verified
	Verified bool   `gorm:"column:verified"` // somebody opened the link sent to it
	Primary  bool   `gorm:"column:primary"`  // at most one for each user
}

// TableName is Django's name of the table.
func (EmailAddress) TableName() string { return "account_emailaddress" }

// EmailConfirmation is a row of account_emailconfirmation, a confirmation that was asked for by a stored key.
type EmailConfirmation struct {
	ID             int64      `gorm:"column:id;primaryKey"`
	EmailAddressID int64      `gorm:"column:email_address_id"`
	Created        time.Time  `gorm:"column:created"`
	Sent           *time.Time `gorm:"column:sent"` // nil: not mailed yet
	Key            string     `gorm:"column:key"`  // unique
}

// TableName is Django's name of the table.
func (EmailConfirmation) TableName() string { return "account_emailconfirmation" }
