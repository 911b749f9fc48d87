package email

// VerifyAddress asks somebody whether the address is theirs that a user has given.
type VerifyAddress struct {
	Site     string // the name of the site
	Username string
	URL      string // the link that proves it
}

// Template implements Mail.
func (VerifyAddress) Template() string { return "verify_address" }
