// Package adopt looks at the database of a Django project: whether this server can use it, beside Django or in its
// place, and what of it would go on working. It changes nothing itself.
//
// Inspect compares the tables with what this server reads and writes; Rehearse goes through the rows. What the project
// serves decides which tables are needed.
package adopt

import (
	"context"
	"fmt"
	"slices"

	"watchword/models"
)

// Feature is something that needs tables.
type Feature string

// The features.
const (
	ForAccounts      Feature = "accounts" // always needed
	ForSessions      Feature = "sessions"
	ForSites         Feature = "sites"
	ForPlainTokens   Feature = "tokens of Django REST framework"
	ForRefreshTokens Feature = "taking back refresh tokens"
	ForAddresses     Feature = "django-allauth's addresses"
	ForSocial        Feature = "login with identity providers"
	ForSocialTokens  Feature = "tokens of identity providers"
	ForOpaqueTokens  Feature = "django-rest-authtoken"
	ForStudents      Feature = "the students of the demonstration"
)

// Needs says which features are used, and by which setting each of them is.
type Needs map[Feature]string

// Catalog describes a database.
type Catalog interface {
	// Tables describes those of the named tables that are there.
	Tables(ctx context.Context, names ...string) (map[string]*models.Table, error)
	// UserModel describes the users, whose table is known to be fit where it is a project's own.
	UserModel() models.UserModel
	// DjangoMigrations returns what Django has run, by app and in order; nil if it has no list of that.
	DjangoMigrations(ctx context.Context) (map[string][]string, error)
}

// Inspection is what the schema of a database is like.
type Inspection struct {
	Apps   []App   `json:"apps"`
	Faults []Fault `json:"faults"` // none: the database can be used
	Notes  []Fault `json:"notes"`  // what could be better
}

// App is a Django app that has tables this server knows.
type App struct {
	Name   string `json:"name"`
	Latest string `json:"latest_migration"` // "": none was run
	Needed string `json:"needed_for"`       // the setting that asks for it; "": nothing does
}

// IsDjangos reports whether the database is that of a Django project, whatever it lacks.
func (i *Inspection) IsDjangos() bool {
	return !slices.ContainsFunc(i.Faults, func(f Fault) bool { return f.Where == "django_migrations" || f.Where == "auth_user" })
}

// Fault is something about a table that is not as it must be.
type Fault struct {
	Where   string `json:"where"` // a table, a column or an app
	Problem string `json:"problem"`
	Remedy  string `json:"remedy,omitempty"`
}

// String is the fault as a line.
func (f Fault) String() string {
	if f.Remedy == "" {
		return f.Where + ": " + f.Problem
	}
	return f.Where + ": " + f.Problem + " (" + f.Remedy + ")"
}

// Inspect compares a database with what is needed of it. The error is the catalogue's; a database that cannot be used has
// Faults.
func Inspect(ctx context.Context, catalog Catalog, needs Needs) (*Inspection, error) {
	required := requirementsFor(catalog.UserModel())
	names := make([]string, len(required))
	for i, r := range required {
		names[i] = r.table
	}
	tables, err := catalog.Tables(ctx, names...)
	if err != nil {
		return nil, err
	}
	migrations, err := catalog.DjangoMigrations(ctx)
	if err != nil {
		return nil, err
	}
	i := &Inspection{Apps: []App{}, Faults: []Fault{}, Notes: []Fault{}}
	if len(migrations) == 0 {
		i.fault("django_migrations", "there is no such table, or nothing in it: this is not the database of a Django project",
			"DATABASE_URL names the database that Django uses; for a new one run: watchword migrate")
		return i, nil
	}
	for _, app := range apps() {
		i.inspectApp(app, migrations[app.name], needs)
	}
	for _, r := range required {
		i.inspectTable(r, tables[r.table], migrations, needs)
	}
	return i, nil
}

func (i *Inspection) fault(where, problem, remedy string) {
	i.Faults = append(i.Faults, Fault{where, problem, remedy})
}

// inspectApp looks at which migrations of an app were run.
func (i *Inspection) inspectApp(app app, applied []string, needs Needs) {
	found := App{Name: app.name, Needed: needs[app.feature]}
	if len(applied) > 0 {
		found.Latest = slices.Max(applied)
	}
	i.Apps = append(i.Apps, found)
	if found.Needed == "" || len(applied) == 0 {
		return
	}
	if gaps := app.missing(applied); len(gaps) > 0 {
		i.fault(app.name, fmt.Sprintf("half migrated: %s was run, but not %s", found.Latest, gaps[0]),
			"run: python manage.py migrate "+app.name)
	} else if !slices.Contains(applied, app.oldest) && found.Latest < app.oldest {
		i.fault(app.name, fmt.Sprintf("too old: its last migration is %s, and %s is needed", found.Latest, app.oldest),
			app.version+"; then run: python manage.py migrate "+app.name)
	}
}

// inspectTable compares a table with what is used of it.
func (i *Inspection) inspectTable(r requirement, t *models.Table, migrations map[string][]string, needs Needs) {
	asker := needs[r.feature]
	noted := len(migrations[r.app]) > 0
	switch {
	case t == nil && noted && asker != "":
		i.fault(r.table, "django_migrations says that it was made, but it is not there", "half migrated, or another database")
	case t == nil && asker != "":
		i.fault(r.table, "there is no such table, and "+asker+" needs it",
			"add "+r.installed+" to INSTALLED_APPS and run python manage.py migrate, or switch it off here")
	case t != nil && asker != "":
		i.inspectColumns(r, t)
	}
}

// inspectColumns compares each column that is used, and the keys that decide who is first.
func (i *Inspection) inspectColumns(r requirement, t *models.Table) {
	known := map[string]bool{}
	for _, want := range r.columns {
		known[want.name] = true
		where := r.table + "." + want.name
		switch got := t.Column(want.name); {
		case got == nil:
			i.fault(where, "there is no such column", r.hint)
		case !slices.Contains(want.types, typeOf(got)):
			i.fault(where, fmt.Sprintf("it is %s, which holds no %s", got.Native, want.types[0]), r.hint)
		case got.Null && !want.null:
			i.fault(where, "it may be NULL, which Django's own never is", "")
		case !got.Null && want.null:
			i.fault(where, "it must not be NULL, but rows are written without a value", r.hint)
		case got.MaxLength > 0 && got.MaxLength < want.length:
			i.fault(where, fmt.Sprintf("it holds %d characters, and %d are needed", got.MaxLength, want.length), r.hint)
		}
	}
	for _, got := range t.Columns {
		if r.inserts && !known[got.Name] && !got.Null && !got.Default && !got.PrimaryKey {
			i.fault(r.table+"."+got.Name, "nobody here knows the column, and a row cannot be inserted without a value for it",
				"let it be NULL or give it a default in the database")
		}
	}
	i.inspectKeys(r, t)
}

func (i *Inspection) inspectKeys(r requirement, t *models.Table) {
	for _, alternatives := range r.unique {
		if !slices.ContainsFunc(alternatives, func(key []string) bool { return t.IsUnique(key...) }) {
			i.fault(r.table, fmt.Sprintf("%q must be unique, and no index says so", alternatives[0]), r.hint)
		}
	}
	for _, index := range r.indexes {
		if !slices.Contains(t.Indexes, index.name) && !t.IsUnique(index.on) {
			i.Notes = append(i.Notes, Fault{r.table, index.missing, index.statement()})
		}
	}
}
