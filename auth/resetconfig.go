package auth

// ResetConfig says how people who forgot their password get a new one.
type ResetConfig struct {
	// AnyLink accepts links of Django and of django-allauth, whichever are mailed.
	AnyLink bool `setting:"PASSWORD_RESET_ANY_LINK" help:"Accept the reset links of Django as well as those of django-allauth, whichever are mailed."`
	// TellUIDs tells a link that names nobody from one whose token is no good.
	TellUIDs bool `setting:"PASSWORD_RESET_TELL_UIDS" help:"Tell a link that names nobody from one whose token is no good, which tells strangers which users there are."`

	// Allauth mails links by django-allauth's rules, and else by Django's own. They differ in who gets a mail, in how a
	// link names its user, and in what its token is bound to.
	Allauth bool
	// LaxUIDs reads capitals and leading zeros in uids as Python does, so that one user has many names.
	LaxUIDs bool
	// MailAsGiven writes to the address as it was typed, where it is ASCII, and not as it is stored. By Django's rules
	// mails go to the stored one whatever this says.
	MailAsGiven bool
}

// DefaultResetConfig accepts any genuine link, in one spelling, and tells nobody more than that.
func DefaultResetConfig() ResetConfig { return ResetConfig{AnyLink: true, Allauth: true} }

// ExactResetConfig returns what the originals do.
func ExactResetConfig() ResetConfig {
	return ResetConfig{TellUIDs: true, Allauth: true, LaxUIDs: true, MailAsGiven: true}
}
