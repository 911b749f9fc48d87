package demo

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// students are the handlers behind the students' views.
//
// Source: rest_framework.generics.ListCreateAPIView and RetrieveUpdateDestroyAPIView.
type students struct {
	store      Students
	serializer *serializers.Serializer[serializers.Student]
}

func (s *students) list(c echo.Context) error {
	rows, err := s.store.ListStudents(c.Request().Context())
	if err != nil {
		return err
	}
	out := make([]serializers.Student, len(rows))
	for i := range rows {
		out[i] = serializers.NewStudent(&rows[i])
	}
	return dialects.Respond(c, http.StatusOK, out)
}

func (s *students) create(c echo.Context) error {
	var in serializers.Student
	if err := s.serializer.Read(c.Request(), &in); err != nil {
		return err
	}
	student := in.Model()
	if err := s.store.CreateStudent(c.Request().Context(), student); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusCreated, serializers.NewStudent(student))
}

func (s *students) retrieve(c echo.Context) error {
	student, err := s.find(c)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.NewStudent(student))
}

func (s *students) update(c echo.Context) error { return s.change(c, s.serializer.Read) }

func (s *students) patch(c echo.Context) error { return s.change(c, s.serializer.ReadPartial) }

// change reads over the student what the request says, and keeps the result.
func (s *students) change(c echo.Context, read func(*http.Request, *serializers.Student) error) error {
	student, err := s.find(c)
	if err != nil {
		return err
	}
	changed := serializers.NewStudent(student)
	if err := read(c.Request(), &changed); err != nil {
		return err
	}
	if err := s.store.UpdateStudent(c.Request().Context(), changed.Model()); err != nil {
		return notFound(err)
	}
	return dialects.Respond(c, http.StatusOK, changed)
}

func (s *students) remove(c echo.Context) error {
	id, err := studentID(c)
	if err != nil {
		return err
	}
	if err := s.store.DeleteStudent(c.Request().Context(), id); err != nil {
		return notFound(err)
	}
	return dialects.Respond(c, http.StatusNoContent, nil)
}

func (s *students) exists(c echo.Context) error {
	_, err := s.find(c)
	return err
}

func (s *students) find(c echo.Context) (*models.Student, error) {
	id, err := studentID(c)
	if err != nil {
		return nil, err
	}
	student, err := s.store.Student(c.Request().Context(), id)
	return student, notFound(err)
}

// studentID is the id in the path. Digits that make no id of ours name nobody.
func studentID(c echo.Context) (int64, error) {
	id, err := strconv.ParseInt(c.Param("pk"), 10, 64)
	if err != nil {
		return 0, noStudent()
	}
	return id, nil
}

// notFound says in words that there is no such student. Other errors are left alone.
func notFound(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return noStudent()
	}
	return err
}

func noStudent() error { return serializers.NotFound("No Student matches the given query.") }
