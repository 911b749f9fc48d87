package email

// EmailRemoved tells a user that an address, which it is mailed to, is theirs no more. It was not the primary one.
type EmailRemoved struct {
	Site     string // the name of the site
	Username string
	Address  string
}

// Template implements Mail.
func (EmailRemoved) Template() string { return "email_removed" }
