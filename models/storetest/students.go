package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

func students(t *testing.T, s Store) {
	list, err := s.ListStudents(t.Context())
	if err != nil || list == nil || len(list) != 0 {
		t.Fatalf("ListStudents = %#v, %v; want an empty list", list, err)
	}
	want := []models.Student{
		{FirstName: "Henry", LastName: "Royal", Email: "royal@example.com", Classroom: "Java"},
		{FirstName: "Diana", LastName: "Princess", Email: "diana@example.com", Classroom: "Lambdas"},
		{FirstName: "Ünal", LastName: "Öz"},
	}
	for i := range want {
		must(t, s.CreateStudent(t.Context(), &want[i]))
	}
	wantStudents(t, s, want)

	want[0].Classroom, want[0].Email = "", "henry@example.com"
	must(t, s.UpdateStudent(t.Context(), &want[0]))
	got, err := s.Student(t.Context(), want[0].ID)
	must(t, err)
	if diff := cmp.Diff(&want[0], got); diff != "" {
		t.Errorf("Student (-want +got):\n%s", diff)
	}
	wantStudents(t, s, want)

	must(t, s.DeleteStudent(t.Context(), want[1].ID))
	wantStudents(t, s, []models.Student{want[0], want[2]})

	gone := want[1]
	for _, id := range []int64{gone.ID, 0, -1, 1 << 62} {
		gone.ID = id
		_, err := s.Student(t.Context(), id)
		for name, err := range map[string]error{
			"Student": err, "UpdateStudent": s.UpdateStudent(t.Context(), &gone), "DeleteStudent": s.DeleteStudent(t.Context(), id),
		} {
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s(%d) = %v, want ErrNotFound", name, id, err)
			}
		}
	}
	wantStudents(t, s, []models.Student{want[0], want[2]})
}

func wantStudents(t *testing.T, s Store, want []models.Student) {
	t.Helper()
	got, err := s.ListStudents(t.Context())
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ListStudents (-want +got):\n%s", diff)
	}
}
