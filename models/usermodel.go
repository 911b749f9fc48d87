package models

// UserModel is what is known of a project's users beyond models.User: what they log in with, which of its columns there
// are, and which more. The zero value is Django's own auth.User.
type UserModel struct {
	Label    string          // AUTH_USER_MODEL, as in accounts.User; "" for auth.User
	Username string          // the column that people log in with (USERNAME_FIELD); "" for username
	Absent   []string        // the columns of User that the table does not have
	Extra    []Column        // the columns that User does not have
	Sizes    map[string]int  // the greatest lengths of columns of User that have one
	Unique   map[string]bool // the columns of User that are unique
}
