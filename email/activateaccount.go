package email

// ActivateAccount asks somebody who registered to prove the address, before they can log in.
type ActivateAccount struct {
	Site     string            // the name of the site that they registered at
	Username string            //
	URL      string            // the link that makes the account active
	Data     map[string]string // what the settings add
}

// Template implements Mail.
func (ActivateAccount) Template() string { return "activate_account" }

// AccountCreated tells somebody that an account was made for them, which a link makes active.
type AccountCreated struct {
	Site     string
	Username string
	URL      string
	Data     map[string]string
}

// Template implements Mail.
func (AccountCreated) Template() string { return "account_created" }

// ForgottenPassword carries the link by which somebody who forgot their password sets another.
type ForgottenPassword struct {
	Site     string
	Username string
	URL      string
	Data     map[string]string
}

// Template implements Mail.
func (ForgottenPassword) Template() string { return "forgotten_password" }
