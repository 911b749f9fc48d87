package email

// AddressClaimed tells the owner of an address that another user has said that it is theirs. The site does not tell that
// user more.
type AddressClaimed struct {
	Site     string // the name of the site
	Username string // the owner's
	Address  string
}

// Template implements Mail.
func (AddressClaimed) Template() string { return "address_claimed" }
