package models

// Profile is what users may change about themselves. A nil field stays as it is.
type Profile struct {
	Username  *string
	FirstName *string
	LastName  *string
}
