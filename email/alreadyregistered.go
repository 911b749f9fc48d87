package email

// AlreadyRegistered tells the owner of an address that somebody has registered with it once more. The site does not tell
// whoever that was.
type AlreadyRegistered struct {
	Site     string // the name of the site
	Username string // the owner's
	Address  string
}

// Template implements Mail.
func (AlreadyRegistered) Template() string { return "already_registered" }
