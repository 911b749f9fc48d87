package models

import "time"

// PendingActivation says that a user who registered has not proved their address yet. A user who is not active and has
// none was disabled by somebody, and no mail makes them active again. It is ours; Django has no such table.
type PendingActivation struct {
	UserID UserID    `gorm:"column:user_id;primaryKey"`
	Since  time.Time `gorm:"column:since"` // activation links are good for this one time of waiting
}

// TableName is the name of the table.
func (PendingActivation) TableName() string { return "watchword_pending_activation" }
