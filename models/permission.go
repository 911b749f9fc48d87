package models

import "time"

// ContentType is a row of django_content_type: it numbers the models of a Django project.
type ContentType struct {
	ID       int64  `gorm:"column:id;primaryKey"`
	AppLabel string `gorm:"column:app_label"`
	Model    string `gorm:"column:model"` // lower case; unique together with AppLabel
}

// TableName is Django's name of the table.
func (ContentType) TableName() string { return "django_content_type" }

// Permission is a row of auth_permission.
type Permission struct {
	ID            int64  `gorm:"column:id;primaryKey"`
	ContentTypeID int64  `gorm:"column:content_type_id"`
	Codename      string `gorm:"column:codename"` // unique together with ContentTypeID
	Name          string `gorm:"column:name"`
}

// TableName is Django's name of the table.
func (Permission) TableName() string { return "auth_permission" }

// Group is a row of auth_group.
type Group struct {
	ID   int64  `gorm:"column:id;primaryKey"`
	Name string `gorm:"column:name"` // unique
}

// TableName is Django's name of the table.
func (Group) TableName() string { return "auth_group" }

// LogEntry is a row of django_admin_log: something an administrator did.
type LogEntry struct {
	ID            int64     `gorm:"column:id;primaryKey"`
	ActionTime    time.Time `gorm:"column:action_time"`
	UserID        UserID    `gorm:"column:user_id"`
	ContentTypeID *int64    `gorm:"column:content_type_id"` // nil: the model is gone
	ObjectID      *string   `gorm:"column:object_id"`
	ObjectRepr    string    `gorm:"column:object_repr"`
	ActionFlag    int       `gorm:"column:action_flag"` // 1 addition, 2 change, 3 deletion
	ChangeMessage string    `gorm:"column:change_message"`
}

// TableName is Django's name of the table.
func (LogEntry) TableName() string { return "django_admin_log" }
