package gormstore_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// memberTables are what Django makes of the model of tests/testdata/django/members, for each database.
var memberTables = map[string]string{
	"sqlite": `CREATE TABLE "members_member" ("password" varchar(128) NOT NULL, "last_login" datetime NULL,
		"is_superuser" bool NOT NULL, "id" char(32) NOT NULL PRIMARY KEY, "email" varchar(254) NOT NULL UNIQUE,
		"display_name" varchar(40) NOT NULL, "phone" varchar(20) NULL UNIQUE, "age" smallint unsigned NULL CHECK ("age" >= 0),
		"newsletter" bool NOT NULL, "born" date NULL, "credit" decimal NOT NULL,
		"preferences" text NOT NULL CHECK ((JSON_VALID("preferences") OR "preferences" IS NULL)), "invited_by" char(32) NULL,
		"created_at" datetime NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL)`,
	"postgres": `CREATE TABLE members_member (password varchar(128) NOT NULL, last_login timestamptz NULL,
		is_superuser boolean NOT NULL, id uuid NOT NULL PRIMARY KEY, email varchar(254) NOT NULL UNIQUE,
		display_name varchar(40) NOT NULL, phone varchar(20) NULL UNIQUE, age smallint NULL CHECK (age >= 0),
		newsletter boolean NOT NULL, born date NULL, credit numeric(7, 2) NOT NULL, preferences jsonb NOT NULL,
		invited_by uuid NULL, created_at timestamptz NOT NULL, is_staff boolean NOT NULL, is_active boolean NOT NULL)`,
}

// memberExtra are the columns of that table which models.User does not have.
func memberExtra() []models.Column {
	return []models.Column{
		{Name: "display_name", Type: models.ColumnText, MaxLength: 40},
		{Name: "phone", Type: models.ColumnText, MaxLength: 20, Null: true, Unique: true},
		{Name: "age", Type: models.ColumnInteger, Max: math.MaxInt16, Null: true},
		{Name: "newsletter", Type: models.ColumnBoolean},
		{Name: "born", Type: models.ColumnDate, Null: true},
		{Name: "credit", Type: models.ColumnDecimal, Digits: 7, Places: 2},
		{Name: "preferences", Type: models.ColumnJSON},
		{Name: "invited_by", Type: models.ColumnUUID, Null: true},
		{Name: "created_at", Type: models.ColumnDateTime},
	}
}

func TestAUserTableIsReadFromTheCatalogue(t *testing.T) {
	for name, url := range eachURL() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := gormtest.Open(t, url(t), nil)
			if err := gormstore.Run(t.Context(), s, memberTables[name]); err != nil {
				t.Fatal(err)
			}
			u, err := s.FindUserTable(t.Context(), gormstore.UserTableConfig{Label: "members.Member"})
			if err != nil {
				t.Fatal(err)
			}
			want := memberExtra()
			if name == "sqlite" { // which keeps no limits of decimals
				want[5].Digits, want[5].Places = 0, 0
			}
			if diff := cmp.Diff(want, u.Extra, cmpopts.IgnoreFields(models.Column{}, "Native")); diff != "" {
				t.Errorf("extra columns (-want +got):\n%s", diff)
			}
			if u.Name != "members_member" || u.Key.Name != "id" || u.Key.Type != models.ColumnUUID || u.Username != "email" {
				t.Errorf("got %+v", u)
			}
			if m := u.Model(); m.Has("username") || m.Has("date_joined") || !m.Has("id") || !m.Has("is_staff") || !m.ByEmail() {
				t.Errorf("the model is %+v", m)
			}
			if u.Known[3].MaxLength != 254 || !u.Known[3].Unique || u.MemberColumn() != "member_id" {
				t.Errorf("got %+v, %s", u, u.MemberColumn())
			}
		})
	}
}
