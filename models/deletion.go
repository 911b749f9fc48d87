package models

import "time"

// PendingDeletion is a row of watchword_pending_deletion: a user has asked for their account to be deleted, and it is
// disabled until then. The table is our own; Django has none like it.
type PendingDeletion struct {
	ID     int64
	UserID UserID
	Due    time.Time // from then on the account is deleted, and nothing takes the wish back
}

// TableName is the name of the table.
func (PendingDeletion) TableName() string { return "watchword_pending_deletion" }

// OwnLogin is a login of a user, as they may be told of it: without what proves it.
type OwnLogin struct {
	Kind    string     // "authtoken", "token" or "refresh"
	Created *time.Time // nil: not known
	Expires *time.Time // nil: not known, or never
}
