package email

// Test shows that mails arrive.
type Test struct {
	Site string // the name of the server that sends it
}

// Template implements Mail.
func (Test) Template() string { return "test" }
