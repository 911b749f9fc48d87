package models

import "time"

// SocialApp is a row of socialaccount_socialapp, our registration with a provider of identities (django-allauth).
type SocialApp struct {
	ID         int64  `gorm:"column:id;primaryKey"`
	Provider   string `gorm:"column:provider"`    // "google", "github", …
	ProviderID string `gorm:"column:provider_id"` // "" where the provider has no sub-providers
	Name       string `gorm:"column:name"`
	ClientID   string `gorm:"column:client_id"`
	Secret     string `gorm:"column:secret"`
	Key        string `gorm:"column:key"`
	Settings   string `gorm:"column:settings"` // a JSON object
}

// TableName is Django's name of the table.
func (SocialApp) TableName() string { return "socialaccount_socialapp" }

// SocialAccount is a row of socialaccount_socialaccount: a user's identity at a provider.
type SocialAccount struct {
	ID         int64     `gorm:"column:id;primaryKey"`
	UserID     UserID    `gorm:"column:user_id"`
	Provider   string    `gorm:"column:provider"`
	UID        string    `gorm:"column:uid"` // the provider's own id; unique together with Provider
	LastLogin  time.Time `gorm:"column:last_login"`
	DateJoined time.Time `gorm:"column:date_joined"`
	ExtraData  string    `gorm:"column:extra_data"` // a JSON object, as the provider sent it
}

// TableName is Django's name of the table.
func (SocialAccount) TableName() string { return "socialaccount_socialaccount" }

// SocialToken is a row of socialaccount_socialtoken: what a provider gave us to act for a user.
type SocialToken struct {
	ID          int64      `gorm:"column:id;primaryKey"`
	AppID       *int64     `gorm:"column:app_id"` // nil: the app is configured by settings, not by a row
	AccountID   int64      `gorm:"column:account_id"`
	Token       string     `gorm:"column:token"`
	TokenSecret string     `gorm:"column:token_secret"` // the refresh token, for OAuth 2
	ExpiresAt   *time.Time `gorm:"column:expires_at"`   // nil: the provider did not say
}

// TableName is Django's name of the table.
func (SocialToken) TableName() string { return "socialaccount_socialtoken" }
