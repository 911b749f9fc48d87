package models

import "slices"

// UserModel is what is known of a project's users: what they log in with, which of the columns of User there are, and
// which more. The zero value is Django's own auth.User, which has all columns and no more.
type UserModel struct {
	Label    string   // AUTH_USER_MODEL, as in accounts.User; "" for auth.User
	Table    string   // where they are kept; "" for auth_user
	Key      Column   // the primary key; the zero value is a whole number
	Username string   // the column that people log in with (USERNAME_FIELD), which User.Username is; "" for username
	Known    []Column // the columns of User that there are, apart from the key
	Extra    []Column // the columns that User does not have; their values are in User.Extra
	Alone    bool     // they are in no groups and have no permissions: the model has no PermissionsMixin
}

// UsernameField is the column that people log in with.
func (m UserModel) UsernameField() string {
	if m.Username == "" {
		return "username"
	}
	return m.Username
}

// UsernameMaxLength is how many code points the name of a user may have: what its column holds, and where that has no bound
// as many as in auth.User.
func (m UserModel) UsernameMaxLength() int {
	if c, ok := m.KnownColumn(m.UsernameField()); ok && c.MaxLength > 0 {
		return c.MaxLength
	}
	return UsernameMaxLength
}

// ByEmail reports whether people log in with the address that they are mailed at, and have no other name.
func (m UserModel) ByEmail() bool { return m.Username == "email" }

// Has reports whether users have that field of User, by the name of its column.
func (m UserModel) Has(field string) bool {
	return m.Known == nil || field == "id" ||
		slices.ContainsFunc(m.Known, func(c Column) bool { return c.Name == field })
}

// HasField is Has for what is shown of users: their name under username, whatever the column is, unless it is their
// address.
func (m UserModel) HasField(field string) bool {
	if field == "username" {
		return m.Known == nil || !m.ByEmail()
	}
	return m.Has(field)
}

// KnownColumn finds a column of User.
func (m UserModel) KnownColumn(name string) (c Column, ok bool) {
	i := slices.IndexFunc(m.Known, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return m.Known[i], true
}

// Unread reports whether the model is a project's own whose table nobody has looked at yet.
func (m UserModel) Unread() bool { return m.Label != "" && m.Known == nil }

// ExtraColumn finds a column that User does not have.
func (m UserModel) ExtraColumn(name string) (c Column, ok bool) {
	i := slices.IndexFunc(m.Extra, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return m.Extra[i], true
}
