package gormstore

import (
	"context"

	"gorm.io/gorm"

	"watchword/models"
)

// ListStudents returns all students, ordered by id; none is an empty list.
func (s *Store) ListStudents(ctx context.Context) ([]models.Student, error) {
	students := []models.Student{}
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Order("id").Find(&students).Error
	})
	return students, err
}

// Student returns the student with that id, or models.ErrNotFound.
func (s *Store) Student(ctx context.Context, id int64) (*models.Student, error) {
	student := new(models.Student)
	err := s.read(ctx, func(db *gorm.DB) error {
		return db.Where("id = ?", id).Take(student).Error
	})
	if err != nil {
		return nil, err
	}
	return student, nil
}

// CreateStudent inserts student and sets its ID.
func (s *Store) CreateStudent(ctx context.Context, student *models.Student) error {
	const query = `INSERT INTO students_student (first_name, last_name, email, classroom) VALUES (?, ?, ?, ?)
		RETURNING id`
	return s.write(ctx, func(db *gorm.DB) error {
		return insert(db, &student.ID, query, student.FirstName, student.LastName, student.Email, student.Classroom)
	})
}

// UpdateStudent writes all columns of the student with student.ID, or returns models.ErrNotFound.
func (s *Store) UpdateStudent(ctx context.Context, student *models.Student) error {
	return s.write(ctx, func(db *gorm.DB) error {
		return oneRow(db.Model(&models.Student{}).Where("id = ?", student.ID).Updates(map[string]any{
			"first_name": student.FirstName,
			"last_name":  student.LastName,
			"email":      student.Email,
			"classroom":  student.Classroom,
		}))
	})
}

// DeleteStudent deletes the student with that id, or returns models.ErrNotFound.
func (s *Store) DeleteStudent(ctx context.Context, id int64) error {
	return s.write(ctx, func(db *gorm.DB) error {
		return oneRow(db.Where("id = ?", id).Delete(&models.Student{}))
	})
}
