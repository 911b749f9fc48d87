package models

// UserField names a column by which a user can be looked up exactly.
type UserField string

// The columns that users are looked up by.
const (
	UserFieldID       UserField = "id"
	UserFieldUsername UserField = "username"
	UserFieldEmail    UserField = "email"
)
