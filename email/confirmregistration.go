package email

// ConfirmRegistration asks somebody who registered whether the address is theirs.
type ConfirmRegistration struct {
	Site     string // the name of the site that they registered at
	Username string
	URL      string // the link that confirms it; whoever opens it is believed
}

// Template implements Mail.
func (ConfirmRegistration) Template() string { return "confirm_registration" }
