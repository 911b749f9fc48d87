package email

// PrimaryChanged tells a user, at the address that was the primary one, that it no longer is.
type PrimaryChanged struct {
	Site     string // the name of the site
	Username string
	Old      string // the address that it is mailed to
	New      string // the primary one from now on; "" for none
	URL      string // the link that takes the change back; "" for none
}

// Template implements Mail.
func (PrimaryChanged) Template() string { return "email_changed" }
