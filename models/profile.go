package models

// Profile is what users may change about themselves. A nil field stays as it is.
type Profile struct {
	Username  *string
	FirstName *string
	LastName  *string
	Extra     map[string]any // columns of a project's own table of users, as in User.Extra
}
