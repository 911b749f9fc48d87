package models

import "time"

// AuditEvent names something that an audit log keeps.
type AuditEvent string

// What is kept. Nothing is kept of reading, of renewing a login, nor of checking a token.
const (
	AuditLogin             AuditEvent = "login"
	AuditLoginRefused      AuditEvent = "login_refused" // a wrong password, wherever one was asked for
	AuditThrottled         AuditEvent = "throttled"     // too many attempts; only some of them are kept
	AuditLogout            AuditEvent = "logout"
	AuditTokenReused       AuditEvent = "token_reused" // a refresh token was used twice, which ended its login
	AuditRegistered        AuditEvent = "registered"
	AuditActivated         AuditEvent = "activated" // or the address was proved
	AuditDeactivated       AuditEvent = "deactivated"
	AuditPasswordChanged   AuditEvent = "password_changed"
	AuditResetRequested    AuditEvent = "password_reset_requested"
	AuditPasswordReset     AuditEvent = "password_reset"
	AuditUsernameChanged   AuditEvent = "username_changed"
	AuditEmailChanged      AuditEvent = "email_changed"
	AuditDeletionRequested AuditEvent = "deletion_requested"
	AuditDeleted           AuditEvent = "deleted"
	AuditRowsLoaded        AuditEvent = "rows_loaded"
)

// AuditEvents returns all of them.
func AuditEvents() []AuditEvent {
	return []AuditEvent{
		AuditLogin, AuditLoginRefused, AuditThrottled, AuditLogout, AuditTokenReused, AuditRegistered, AuditActivated,
		AuditDeactivated, AuditPasswordChanged, AuditResetRequested, AuditPasswordReset, AuditUsernameChanged,
		AuditEmailChanged, AuditDeletionRequested, AuditDeleted, AuditRowsLoaded,
	}
}

// Deed is what was done to whom.
type Deed struct {
	Event    AuditEvent
	User     UserID // "" for nobody who is known: what was typed in the place of a name may be a password
	Username string // as it was then
	Scheme   string // of the credential that was handed out or used; "" for none
}

// AuditEntry is a row of watchword_audit. The table is our own; Django has none like it.
type AuditEntry struct {
	ID int64
	At time.Time
	Deed
	Client  string // an address, for IPv6 its network of 64 bits; for a command, the user of the machine
	Request string // the id of the request; "" for commands
	Route   string // the pattern of the path, or the command
}

// AuditQuery says which entries somebody wants to read. Its zero value is all.
type AuditQuery struct {
	User     UserID       // about that user, or
	Username string       // about whoever had that name; both empty: about anybody
	Events   []AuditEvent // none: all
	Since    time.Time    // zero: from the beginning
}
