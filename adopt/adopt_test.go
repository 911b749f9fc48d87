package adopt_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/adopt"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// everything needs all tables.
func everything() adopt.Needs {
	needs := adopt.Needs{}
	for _, feature := range []adopt.Feature{adopt.ForAccounts, adopt.ForSessions, adopt.ForSites, adopt.ForPlainTokens,
		adopt.ForRefreshTokens, adopt.ForAddresses, adopt.ForSocial, adopt.ForSocialTokens, adopt.ForOpaqueTokens, adopt.ForStudents} {
		needs[feature] = "SETTING"
	}
	return needs
}

// catalog is a database that a test has changed.
type catalog struct {
	tables     map[string]*models.Table
	migrations map[string][]string
}

func (c catalog) UserModel() models.UserModel { return models.UserModel{} }

func (c catalog) Tables(context.Context, ...string) (map[string]*models.Table, error) {
	return c.tables, nil
}

func (c catalog) DjangoMigrations(context.Context) (map[string][]string, error) {
	return c.migrations, nil
}

// kept are the rows that are kept in Django's tables.
var kept = []interface{ TableName() string }{models.User{}, models.Session{}, models.Site{}, models.AuthToken{},
	models.OutstandingToken{}, models.BlacklistedToken{}, models.EmailAddress{}, models.EmailConfirmation{},
	models.SocialAccount{}, models.SocialToken{}, models.LoginToken{}, models.ConfirmationToken{}, models.Student{}}

// read is the catalogue of a database with all tables.
func read(t *testing.T, s *gormstore.Store) catalog {
	t.Helper()
	var names []string
	for _, row := range kept {
		names = append(names, row.TableName())
	}
	tables, err := s.Tables(t.Context(), names...)
	if err != nil {
		t.Fatal(err)
	}
	migrations, err := s.DjangoMigrations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return catalog{tables, migrations}
}

func inspect(t *testing.T, c adopt.Catalog, needs adopt.Needs) *adopt.Inspection {
	t.Helper()
	found, err := adopt.Inspect(t.Context(), c, needs)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDjangosLatestSchemaHasNoFaults(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		found := inspect(t, store, everything())
		if len(found.Faults)+len(found.Notes) != 0 || len(found.Apps) < 8 {
			t.Errorf("%+v", found)
		}
	})
}

// TestEveryColumnThatIsUsedIsLookedAt takes away each column of each row in turn.
func TestEveryColumnThatIsUsedIsLookedAt(t *testing.T) {
	whole := read(t, gormtest.SQLite(t))
	for _, row := range kept {
		table, kind := row.TableName(), reflect.TypeOf(row)
		for i := range kind.NumField() {
			tag, named := strings.CutPrefix(kind.Field(i).Tag.Get("gorm"), "column:")
			column, _, _ := strings.Cut(tag, ";")
			if !named {
				continue
			}
			without := *whole.tables[table]
			without.Columns = slices.DeleteFunc(slices.Clone(without.Columns), func(c models.Column) bool { return c.Name == column })
			tables := maps.Clone(whole.tables)
			tables[table] = &without
			found := inspect(t, catalog{tables, whole.migrations}, everything())
			if !slices.ContainsFunc(found.Faults, func(f adopt.Fault) bool { return f.Where == table+"."+column }) {
				t.Errorf("%s.%s is not missed", table, column)
			}
		}
	}
}

func TestInspectNamesWhatIsNotAsItMustBe(t *testing.T) {
	column := func(c catalog, table, name string) *models.Column { return c.tables[table].Column(name) }
	for name, test := range map[string]struct {
		change       func(c catalog)
		where, words string
	}{
		"too old": {func(c catalog) { c.migrations["auth"] = c.migrations["auth"][:11] }, "auth", "too old"},
		"half migrated": {func(c catalog) { c.migrations["auth"] = slices.Delete(c.migrations["auth"], 4, 5) },
			"auth", "half migrated: 0012_alter_user_first_name_max_length was run, but not 0005"},
		"not Django's": {func(c catalog) { clear(c.migrations) }, "django_migrations", "not the database of a Django project"},
		"a table is gone": {func(c catalog) { delete(c.tables, "django_session") }, "django_session",
			"django_migrations says that it was made"},
		"an app is not there": {func(c catalog) { delete(c.tables, "authtoken_token"); delete(c.migrations, "authtoken") },
			"authtoken_token", "SETTING needs it"},
		"another type": {func(c catalog) { column(c, "auth_user", "is_active").Type = models.ColumnText },
			"auth_user.is_active", "holds no boolean"},
		"NULL": {func(c catalog) { column(c, "auth_user", "email").Null = true }, "auth_user.email", "may be NULL"},
		"no NULL": {func(c catalog) { column(c, "socialaccount_socialtoken", "app_id").Null = false },
			"socialaccount_socialtoken.app_id", "must not be NULL"},
		"short": {func(c catalog) { column(c, "auth_user", "password").MaxLength = 64 }, "auth_user.password", "holds 64 characters"},
		"twice": {func(c catalog) { c.tables["django_session"].Unique = nil }, "django_session", "must be unique"},
		"a column more": {func(c catalog) {
			c.tables["auth_user"].Columns = append(c.tables["auth_user"].Columns, models.Column{Name: "phone", Type: models.ColumnText})
		}, "auth_user.phone", "nobody here knows the column"},
	} {
		t.Run(name, func(t *testing.T) {
			c := read(t, gormtest.SQLite(t))
			test.change(c)
			found := inspect(t, c, everything())
			if len(found.Faults) != 1 || found.Faults[0].Where != test.where || !strings.Contains(found.Faults[0].String(), test.words) {
				t.Errorf("%+v; want one at %s with %q", found.Faults, test.where, test.words)
			}
		})
	}
}

// ownUsers is a catalogue of a project with users of its own.
type ownUsers struct{ catalog }

func (ownUsers) UserModel() models.UserModel {
	return models.UserModel{Label: "crm.Person", Table: "crm_person", Username: "login", Key: models.Column{Type: models.ColumnInteger}}
}

func TestIndexesOnAProjectsOwnUsersAreRecommended(t *testing.T) {
	c := read(t, gormtest.SQLite(t))
	c.tables["crm_person"] = &models.Table{Name: "crm_person", Indexes: []string{"watchword_crm_person_email_upper"}}
	var got []string
	for _, note := range inspect(t, ownUsers{c}, everything()).Notes {
		got = append(got, note.Remedy)
	}
	want := []string{"CREATE INDEX watchword_crm_person_login_upper ON crm_person (UPPER(login))",
		"CREATE INDEX watchword_crm_person_email ON crm_person (email)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.tables["crm_person"].Unique = [][]string{{"email"}}
	if notes := inspect(t, ownUsers{c}, everything()).Notes; len(notes) != 1 {
		t.Errorf("with unique addresses: %v, want one index on names", notes)
	}
}

func TestOnlyWhatIsNeededIsLookedAt(t *testing.T) {
	c := read(t, gormtest.SQLite(t))
	c.tables = map[string]*models.Table{"auth_user": c.tables["auth_user"]}
	c.migrations = map[string][]string{"auth": c.migrations["auth"]}
	if found := inspect(t, c, adopt.Needs{adopt.ForAccounts: "every login"}); len(found.Faults) != 0 {
		t.Errorf("%+v", found.Faults)
	}
}
