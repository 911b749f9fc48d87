package models

// Student is a row of students_student, the demonstration resource behind /api/students/.
type Student struct {
	ID        int64  `gorm:"column:id;primaryKey"`
	FirstName string `gorm:"column:first_name"`
	LastName  string `gorm:"column:last_name"`
	Email     string `gorm:"column:email"`
	Classroom string `gorm:"column:classroom"`
}

// TableName is Django's name of the table.
func (Student) TableName() string { return "students_student" }
