package gormstore_test

import (
	"errors"
	"testing"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

func TestAUserToWhomUnknownTablesPointIsEmptiedInstead(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		s := gormtest.Open(t, url, nil)
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		u := &models.User{Username: "author", Email: "author@example.com", Password: "x", IsActive: true}
		if err := s.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			`CREATE TABLE project_note (id integer PRIMARY KEY, author_id integer NOT NULL
				REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED)`,
			"INSERT INTO project_note (id, author_id) VALUES (1, " + string(u.ID) + ")",
		} {
			if err := gormstore.Run(t.Context(), s, statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DeleteUser(t.Context(), u.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("DeleteUser = %v, want ErrNotFound", err)
		}
		if got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID)); err != nil || got.Username != "author" {
			t.Errorf("the user afterwards: %+v, %v", got, err)
		}
		if err := s.AnonymizeUser(t.Context(), u.ID, "deleted-1", "!"); err != nil {
			t.Fatal(err)
		}
		got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		if err != nil || got.Username != "deleted-1" || got.Email != "" || got.IsActive {
			t.Errorf("what is left: %+v, %v", got, err)
		}
	})
}
