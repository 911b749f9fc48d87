package models

// Site is a row of django_site: the name and the domain that e-mails speak of.
type Site struct {
	ID     int64  `gorm:"column:id;primaryKey"`
	Domain string `gorm:"column:domain"` // unique
	Name   string `gorm:"column:name"`
}

// TableName is Django's name of the table.
func (Site) TableName() string { return "django_site" }
