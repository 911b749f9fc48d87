package gormstore_test

import (
	"testing"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

func TestRowEstimatesNameTheTablesThatGrow(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *gormstore.Store{"sqlite": gormtest.SQLite, "postgres": gormtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			for _, username := range []string{"ana", "bob"} {
				if err := s.CreateUser(t.Context(), &models.User{Username: username, Password: "!"}); err != nil {
					t.Fatal(err)
				}
			}
			got, err := s.RowEstimates(t.Context())
			if err != nil || len(got) < 14 {
				t.Errorf("only %d tables, %v: %v", len(got), err, got)
			}
			if users, there := got["auth_user"]; !there || name == "sqlite" && users != 2 || users > 2 {
				t.Errorf("auth_user: %d, %v; want 2, or what PostgreSQL's statistics know of them by now", users, there)
			}
		})
	}
}

func TestRowEstimatesNameAProjectsOwnUsers(t *testing.T) {
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			s := openOwn(t, name, personTables)
			if err := s.CreateUser(t.Context(), &models.User{Username: "ana", Password: "!"}); err != nil {
				t.Fatal(err)
			}
			got, err := s.RowEstimates(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if users, there := got["members_member"]; !there || name == "sqlite" && users != 1 || users > 1 {
				t.Errorf("members_member: %d, %v; want 1, or what PostgreSQL's statistics know of them by now", users, there)
			}
			if users, there := got["auth_user"]; there {
				t.Errorf("auth_user has %d rows, want no such table", users)
			}
		})
	}
}
