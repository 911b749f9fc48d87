package email

// ResetPassword lets somebody who forgot their password set a new one.
type ResetPassword struct {
	Site     string // the name of the site
	Username string // "" where people log in with their address
	URL      string // the link; whoever opens it may set the password
}

// Template implements Mail.
func (ResetPassword) Template() string { return "reset_password" }
