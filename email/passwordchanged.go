package email

// PasswordChanged tells a user that their password was changed, in case it was not them.
type PasswordChanged struct {
	Site     string // the name of the site; "" when it has none
	Username string
}

// Template implements Mail.
func (PasswordChanged) Template() string { return "password_changed" }
