package email

// AddressRemoved tells a user that an address, which it is mailed to, is theirs no more. It was not the primary one.
type AddressRemoved struct {
	Site     string // the name of the site
	Username string
	Address  string
}

// Template implements Mail.
func (AddressRemoved) Template() string { return "email_removed" }
