package gormstore_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/models/storetest"
)

// personTables are those of a model with a UUID for a key and all of Django's columns.
var personTables = map[string]string{
	"sqlite": `CREATE TABLE "members_member" ("number" char(32) NOT NULL PRIMARY KEY, "password" varchar(128) NOT NULL,
		"last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE,
		"first_name" varchar(150) NOT NULL, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL,
		"is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "user_id" varchar(9) NULL)`,
	"postgres": `CREATE TABLE members_member (number uuid NOT NULL PRIMARY KEY, password varchar(128) NOT NULL,
		last_login timestamptz NULL, is_superuser boolean NOT NULL, username varchar(150) NOT NULL UNIQUE,
		first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL,
		is_staff boolean NOT NULL, is_active boolean NOT NULL, date_joined timestamptz NOT NULL, user_id varchar(9) NULL)`,
}

// djangoUsers finds Django's own users in the first migrations.
var djangoUsers = regexp.MustCompile(`(?s)CREATE TABLE "?auth_user"? \(.*?\n\);|CREATE INDEX \w+ ON auth_user \(.*?\);|` +
	`CREATE INDEX auth_user_username_6821ab7c_like .*?;`)

// openOwn opens a store on a database whose users are in the given table, and everything else as Django would make it.
func openOwn(t *testing.T, database string, tables map[string]string) *gormstore.Store {
	t.Helper()
	url := eachURL()[database](t)
	empty := gormtest.Open(t, url, nil)
	plan, err := empty.MigrationPlan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	execute(t, empty, url, tables[database])
	table, err := empty.FindUserTable(t.Context(), gormstore.UserTableConfig{Label: "members.Member"})
	if err != nil {
		t.Fatal(err)
	}
	history := "CREATE TABLE watchword_migrations (id integer, version_id bigint, is_applied boolean, tstamp timestamp);"
	for _, step := range plan {
		users, key := "members_member", table.Key
		execute(t, empty, url, strings.NewReplacer(
			"REFERENCES auth_user (id)", "REFERENCES "+users+" ("+key.Name+")",
			"REFERENCES auth_user(id)", "REFERENCES "+users+" ("+key.Name+")",
			`REFERENCES "auth_user" ("id")`, "REFERENCES "+users+" ("+key.Name+")",
			"user_id integer", "user_id "+key.Native, `"user_id" integer`, `"user_id" `+key.Native,
		).Replace(djangoUsers.ReplaceAllString(step.SQL, "")))
		history += "INSERT INTO watchword_migrations VALUES (1, " + strings.TrimLeft(step.Name[:4], "0") + ", TRUE, NULL);"
	}
	execute(t, empty, url, history)
	return gormtest.Open(t, url, func(cfg *gormstore.Config) {
		cfg.UserModel = "members.Member"
		if _, ok := table.Model().ExtraColumn("credit"); ok {
			cfg.UserDefaults = map[string]string{"credit": "0"}
		}
	})
}

// execute runs statements.
func execute(t *testing.T, s *gormstore.Store, url, statements string) {
	t.Helper()
	if strings.HasPrefix(url, "sqlite") {
		if err := gormstore.Run(t.Context(), s, statements); err != nil {
			t.Fatal(err)
		}
		return
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.PgConn().Exec(t.Context(), statements).ReadAll(); err != nil {
		t.Fatalf("%v in\n%s", err, statements)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTablesOfAProjectsOwnUsersKeepTheContract(t *testing.T) {
	for model, tables := range map[string]map[string]string{
		"UUIDs": personTables, "addresses only": memberTables,
	} {
		for database := range eachURL() {
			t.Run(model+" on "+database, func(t *testing.T) {
				t.Parallel()
				storetest.RunOwnUsers(t, model == "UUIDs", func(t *testing.T) storetest.Store { return openOwn(t, database, tables) })
			})
		}
	}
}

func TestExtraColumnsAreReadAndWritten(t *testing.T) {
	for database := range eachURL() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := openOwn(t, database, memberTables)
			invited := "0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f"
			extra := map[string]any{"display_name": "Ana", "phone": "+49 1", "age": int64(30), "newsletter": true,
				"born": "1990-02-03", "credit": "12.50", "preferences": `{"a": [1, null]}`, "invited_by": invited}
			u := &models.User{Username: "ana@example.com", Email: "ana@example.com", Password: "!", IsActive: true, Extra: extra}
			if err := s.CreateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
			if err != nil {
				t.Fatal(err)
			}
			if made, ok := got.Extra["created_at"].(time.Time); !ok || time.Since(made) > time.Hour {
				t.Errorf("created_at is %v, want the time of making", got.Extra["created_at"])
			}
			delete(got.Extra, "created_at")
			if database == "sqlite" { // which keeps plain numbers
				extra["credit"] = "12.5"
			}
			if diff := cmp.Diff(extra, got.Extra); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}

			got, err = s.UpdateProfile(t.Context(), u.ID, models.Profile{Extra: map[string]any{"age": nil, "display_name": "Bea"}})
			if err != nil || got.Extra["age"] != nil || got.Extra["display_name"] != "Bea" || got.Extra["phone"] != "+49 1" {
				t.Errorf("after a change of age and name: %+v, %v", got, err)
			}
		})
	}
}

func TestConflictsAndNeedsNameTheirColumns(t *testing.T) {
	for database := range eachURL() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			needy := map[string]string{database: strings.Replace(memberTables[database], "NOT NULL UNIQUE", "NOT NULL UNIQUE, level integer NOT NULL", 1)}
			s := openOwn(t, database, needy)
			create := func(email string, extra map[string]any) error {
				return s.CreateUserFold(t.Context(), &models.User{Email: email, Password: "!", IsActive: true, Extra: extra})
			}
			if err := create("a@example.com", map[string]any{"phone": "1", "level": int64(1)}); err != nil {
				t.Fatal(err)
			}
			for want, err := range map[string]error{
				"conflict: phone":                    create("b@example.com", map[string]any{"phone": "1", "level": int64(1)}),
				"a user must have a value for level": create("c@example.com", nil),
				"conflict":                           create("A@example.com", map[string]any{"level": int64(1)}),
			} {
				if err == nil || err.Error() != want {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func TestTheRehearsalReadsAProjectsOwnUsers(t *testing.T) {
	for database := range eachURL() {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := openOwn(t, database, memberTables)
			u := &models.User{Email: "ana@example.com", Password: "!", IsActive: true}
			if err := s.CreateUser(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			token := models.AuthToken{Key: "0123", UserID: u.ID, Created: time.Now()}
			if _, err := s.PlainToken(t.Context(), token); err != nil {
				t.Fatal(err)
			}
			if n, err := s.CountRows(t.Context(), "auth_user"); err != nil || n != 1 {
				t.Errorf("CountRows = %d, %v; want 1", n, err)
			}
			all, err := s.UsersAfter(t.Context(), nil, 10)
			rows := []models.RehearsedUser{{ID: u.ID, Password: "!", Active: true}}
			if diff := cmp.Diff(rows, all, cmpopts.IgnoreFields(models.RehearsedUser{}, "Place")); diff != "" || err != nil {
				t.Fatalf("UsersAfter: %v %s", err, diff)
			}
			if rest, err := s.UsersAfter(t.Context(), all[0].Place, 10); err != nil || len(rest) != 0 {
				t.Errorf("UsersAfter the last: %v, %v", rest, err)
			}
			want := []models.User{{ID: u.ID, Username: "ana@example.com", Password: "!", IsActive: true}}
			some, err := s.UsersOf(t.Context(), []models.UserID{u.ID, "7", ""})
			if diff := cmp.Diff(want, some); diff != "" || err != nil {
				t.Errorf("UsersOf: %v %s", err, diff)
			}
			proofs, err := s.ProofsAfter(t.Context(), models.ProofPlainToken, nil, 10)
			if err != nil || len(proofs) != 1 || proofs[0].User != u.ID || !proofs[0].Active {
				t.Errorf("ProofsAfter = %+v, %v", proofs, err)
			}
		})
	}
}

func TestUsersThatDjangoHasNotMadeYetAreNotMadeHere(t *testing.T) {
	cfg := gormstore.DefaultConfig()
	cfg.URL, cfg.UserModel = sqliteURL(t), "members.Member"
	_, err := gormstore.Open(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "members_member; Django must make it first") {
		t.Errorf("got %v", err)
	}
}

func TestDefaultsMustFitTheirColumns(t *testing.T) {
	s := openOwn(t, "sqlite", memberTables)
	for want, defaults := range map[string]map[string]string{
		"phone: is unique":         {"phone": "+49"},
		"no further column \"age2": {"age2": "1"},
		"credit: ":                 {"credit": "much"},
	} {
		_, err := s.FindUserTable(t.Context(), gormstore.UserTableConfig{Label: "members.Member", Defaults: defaults})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", defaults, err, want)
		}
	}
}

func TestTheRehearsalGoesOnBehindKeysThatAreNone(t *testing.T) {
	s := openOwn(t, "sqlite", memberTables)
	u := &models.User{Email: "ana@example.com", Password: "!", IsActive: true}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "zzz", strings.ToUpper(string(u.ID)), string(u.ID)} {
		err := gormstore.Run(t.Context(), s, `INSERT INTO members_member (id, email, password, display_name, newsletter, credit, preferences,
			created_at, is_superuser, is_staff, is_active) SELECT '`+key+`', '`+key+`', '!', '', FALSE, 0, '{}', created_at, FALSE, FALSE, 'x'
			FROM members_member LIMIT 1`)
		if err != nil {
			t.Fatal(err)
		}
	}
	var place any
	garbled := map[string]int{}
	for range 10 {
		page, err := s.UsersAfter(t.Context(), place, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page {
			garbled[row.Garbled]++
			place = row.Place
		}
	}
	if diff := cmp.Diff(map[string]int{"": 1, "id": 4}, garbled); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
