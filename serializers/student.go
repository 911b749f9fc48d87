package serializers

import "watchword/models"

// Student is a student on the wire.
//
// Source: a ModelSerializer over the model in migrations of students_student.
type Student struct {
	PK        int64 `json:"pk" label:"ID"`
	FirstName Char  `json:"first_name" field:"required,max_length=255"`
	LastName  Char  `json:"last_name" field:"required,max_length=255"`
	Email     Char  `json:"email" field:"required,email,max_length=254"`
	Classroom Char  `json:"classroom" field:"required,max_length=20"`
}

// NewStudent returns s as it goes on the wire.
func NewStudent(s *models.Student) Student {
	return Student{PK: s.ID, FirstName: Text(s.FirstName), LastName: Text(s.LastName), Email: Text(s.Email),
		Classroom: Text(s.Classroom)}
}

// Model returns s as it is stored.
func (s Student) Model() *models.Student {
	return &models.Student{ID: s.PK, FirstName: s.FirstName.Text, LastName: s.LastName.Text, Email: s.Email.Text,
		Classroom: s.Classroom.Text}
}
