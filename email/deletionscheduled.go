package email

// DeletionScheduled tells a user that their account is disabled, and will be deleted.
type DeletionScheduled struct {
	Site     string // the name of the site
	Username string
	Until    string // the day, in UTC, on which it is
	URL      string // the link that takes it back
}

// Template implements Mail.
func (DeletionScheduled) Template() string { return "deletion_scheduled" }
