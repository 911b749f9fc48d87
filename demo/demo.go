// Package demo shows the schemes at work: a greeting and a list of students behind bearer tokens, and two small views
// to try other schemes on.
package demo

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
	"watchword/serializers"
)

// Students keeps students. Lookups and changes of a student who is not there return models.ErrNotFound.
type Students interface {
	// ListStudents returns all of them, ordered by id.
	ListStudents(ctx context.Context) ([]models.Student, error)
	// Student returns the one with that id.
	Student(ctx context.Context, id int64) (*models.Student, error)
	// CreateStudent adds s and sets s.ID.
	CreateStudent(ctx context.Context, s *models.Student) error
	// UpdateStudent writes all fields of s.
	UpdateStudent(ctx context.Context, s *models.Student) error
	// DeleteStudent removes the one with that id.
	DeleteStudent(ctx context.Context, id int64) error
}

// greeting is what /hello/ says.
type greeting struct {
	Message string `json:"message"`
}

// success is what the small views say.
type success struct {
	Success bool `json:"success"`
}

// MountHello puts a greeting at path, for those whom one of the schemes knows.
func MountHello(site *dialects.Site, path string, bearer ...schemes.Scheme) {
	site.Mount(path, dialects.View{
		Name: "Hello", Schemes: bearer, Permission: dialects.IsAuthenticated,
		Get: dialects.Action{Handle: func(c echo.Context) error {
			return dialects.Respond(c, http.StatusOK, greeting{"Hello, World!"})
		}},
	})
}

// MountViews puts the two views for trying schemes on site: /protected-view/ for those whom one of the schemes knows,
// and /open-view/ for everybody.
func MountViews(site *dialects.Site, tried ...schemes.Scheme) {
	succeed := dialects.Action{Handle: func(c echo.Context) error {
		return dialects.Respond(c, http.StatusOK, success{true})
	}}
	site.Mount("/protected-view/", dialects.View{
		Name: "Example Protected", Description: "dj_rest_auth/tests/urls.py: uses DEFAULT_AUTHENTICATION_CLASSES",
		Schemes: tried, Permission: dialects.IsAuthenticated, Get: succeed, Post: succeed,
	})
	site.Mount("/open-view/", dialects.View{Name: "Open", Schemes: tried, Get: succeed, Post: succeed})
}

// whoami is what /auth-demo/whoami/ says.
type whoami struct {
	ID       models.UserID `json:"id"`
	Username string        `json:"username"`
}

// MountWhoAmI puts at path a view that tells who asks, for those whom one of the schemes knows.
func MountWhoAmI(site *dialects.Site, path string, tried ...schemes.Scheme) {
	site.Mount(path, dialects.View{
		Name: "Whoami", Schemes: tried, Permission: dialects.IsAuthenticated,
		Get: dialects.Action{Handle: func(c echo.Context) error {
			u := dialects.Current(c).User
			return dialects.Respond(c, http.StatusOK, whoami{u.ID, u.Username})
		}},
	})
}

// MountStudents puts the students at prefix, which ends in a slash, and each of them at prefix and id, for those whom
// one of the schemes knows.
func MountStudents(site *dialects.Site, prefix string, cfg serializers.Config, store Students,
	bearer ...schemes.Scheme) {
	s := &students{store: store, serializer: serializers.New[serializers.Student](cfg)}
	fields := s.serializer.Fields()
	site.Mount(prefix, dialects.View{
		Name: "Student List", Schemes: bearer, Permission: dialects.IsAuthenticated,
		Get:  dialects.Action{Handle: s.list},
		Post: dialects.Action{Handle: s.create, Fields: fields},
	})
	site.Mount(prefix+"<int:pk>", dialects.View{
		Name: "Student Detail", Schemes: bearer, Permission: dialects.IsAuthenticated,
		Get:    dialects.Action{Handle: s.retrieve},
		Put:    dialects.Action{Handle: s.update, Fields: fields, Exists: s.exists},
		Patch:  dialects.Action{Handle: s.patch},
		Delete: dialects.Action{Handle: s.remove},
	})
}
