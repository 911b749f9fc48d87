package models

import "time"

// OutstandingToken is a row of token_blacklist_outstandingtoken: a refresh token that was handed out.
type OutstandingToken struct {
	ID        int64      `gorm:"column:id;primaryKey"`
	UserID    UserID     `gorm:"column:user_id"` // "" (NULL) when the token names nobody we know
	JTI       string     `gorm:"column:jti"`     // unique
	Token     string     `gorm:"column:token"`
	CreatedAt *time.Time `gorm:"column:created_at"` // nil for a token that we met only when it was blacklisted
	ExpiresAt time.Time  `gorm:"column:expires_at"`
}

// TableName is Django's name of the table.
func (OutstandingToken) TableName() string { return "token_blacklist_outstandingtoken" }

// BlacklistedToken is a row of token_blacklist_blacklistedtoken: an outstanding token that is no longer accepted.
type BlacklistedToken struct {
	ID            int64     `gorm:"column:id;primaryKey"`
	TokenID       int64     `gorm:"column:token_id"` // unique; OutstandingToken.ID
	BlacklistedAt time.Time `gorm:"column:blacklisted_at"`
}

// TableName is Django's name of the table.
func (BlacklistedToken) TableName() string { return "token_blacklist_blacklistedtoken" }
