package adopt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"watchword/models"
)

// app is a Django app whose tables are used.
type app struct {
	name    string
	feature Feature
	oldest  string // the migration that must have been run
	version string // the release that brought it
	gaps    []int  // numbers that no migration ever had
}

// apps returns those whose versions matter.
func apps() []app {
	return []app{
		{name: "auth", feature: ForAccounts, oldest: "0012_alter_user_first_name_max_length", version: "it came with Django 3.1"},
		{name: "sessions", feature: ForSessions, oldest: "0001_initial", version: "it came with Django 1.7"},
		{name: "sites", feature: ForSites, oldest: "0002_alter_domain_unique", version: "it came with Django 1.9"},
		{name: "authtoken", feature: ForPlainTokens, oldest: "0002_auto_20160226_1747", version: "it came with Django REST framework 3.4"},
		{name: "token_blacklist", feature: ForRefreshTokens, oldest: "0007_auto_20171017_2214",
			version: "it came with djangorestframework-simplejwt 3", gaps: []int{9}},
		{name: "account", feature: ForAddresses, oldest: "0002_email_max_length", version: "it came with django-allauth 0.20"},
		{name: "socialaccount", feature: ForSocial, oldest: "0003_extra_data_default_dict", version: "it came with django-allauth 0.25"},
		{name: "rest_authtoken", feature: ForOpaqueTokens, oldest: "0001_initial", version: "it came with django-rest-authtoken 1"},
	}
}

// missing names the migrations before the latest one that were not run. Their names are not known, only their numbers.
func (a app) missing(applied []string) []string {
	var numbers []int
	for _, name := range applied {
		digits, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(digits); err == nil {
			numbers = append(numbers, n)
		}
	}
	var gaps []string
	for n := 1; len(numbers) > 0 && n < slices.Max(numbers); n++ {
		if !slices.Contains(numbers, n) && !slices.Contains(a.gaps, n) {
			gaps = append(gaps, fmt.Sprintf("%04d", n))
		}
	}
	return gaps
}

// requirement is a table and what is used of it.
type requirement struct {
	table     string
	app       string
	feature   Feature
	installed string // its entry in INSTALLED_APPS
	inserts   bool   // rows are inserted, not only read
	columns   []column
	unique    [][][]string // keys that decide who is first; of each, any of the alternatives will do
	indexes   []index
	hint      string // what helps where a column is not as it must be
}

// binaryColumn is the type of the columns that hold bytes, which no column of users has.
const binaryColumn models.ColumnType = "binary"

// typeOf is the type of c, with bytes told from what is not known.
func typeOf(c *models.Column) models.ColumnType {
	if native := strings.ToLower(c.Native); native == "bytea" || native == "blob" {
		return binaryColumn
	}
	return c.Type
}

// column is a column that is used.
type column struct {
	name   string
	types  []models.ColumnType // any of them
	null   bool                // NULL is written
	length int                 // what a text must hold
}

// index is one of ours on a table of Django's, where this server has made that. Elsewhere the owner may want it.
type index struct{ name, table, on, missing string }

func (i index) statement() string {
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s)", i.name, i.table, i.on)
}

// userIndexes are those on a table of users that log in by a column.
func userIndexes(table, username string) []index {
	name := func(what string) string {
		name := "watchword_" + table + "_" + what
		return name[:min(len(name), longestName)]
	}
	list := []index{
		{name("email"), table, "email", "a login or a reset by address reads the whole table"},
		{name("email_upper"), table, "UPPER(email)", "a lookup of addresses in any case reads the whole table"},
	}
	if username == "email" {
		return list
	}
	names := index{name(username + "_upper"), table, "UPPER(" + username + ")", "a lookup of names in any case reads the whole table"}
	return append([]index{names}, list...)
}

// longestName is how long PostgreSQL lets names be.
const longestName = 63

func integer(name string) column {
	return column{name: name, types: []models.ColumnType{models.ColumnInteger}}
}
func text(name string, length int) column {
	return column{name: name, types: []models.ColumnType{models.ColumnText}, length: length}
}
func boolean(name string) column {
	return column{name: name, types: []models.ColumnType{models.ColumnBoolean}}
}
func instant(name string) column {
	return column{name: name, types: []models.ColumnType{models.ColumnDateTime}}
}
func binary(name string) column {
	return column{name: name, types: []models.ColumnType{binaryColumn}}
}
func document(name string) column {
	return column{name: name, types: []models.ColumnType{models.ColumnJSON, models.ColumnText}}
}

// nullable is c where NULL is written too.
func (c column) nullable() column {
	c.null = true
	return c
}

func key(columns ...string) [][]string { return [][]string{columns} }

// requirementsFor returns the requirements where the users are such: of a project's own, the table was looked at when it
// was found, and what points at them has the type of their key.
func requirementsFor(users models.UserModel) []requirement {
	all := requirements()
	if users.Label == "" {
		return all
	}
	for _, r := range all {
		for i := range r.columns {
			if r.columns[i].name == "user_id" {
				r.columns[i].types = []models.ColumnType{users.Key.Type}
			}
		}
	}
	all = slices.DeleteFunc(all, func(r requirement) bool { return r.table == "auth_user" })
	return append(all, requirement{table: users.Table, feature: ForAccounts, indexes: userIndexes(users.Table, users.UsernameField())})
}

// requirements returns all tables of Django's that are used, in the order of reports.
func requirements() []requirement {
	return []requirement{
		{
			table: "auth_user", app: "auth", feature: ForAccounts, installed: "django.contrib.auth", inserts: true,
			columns: []column{integer("id"), text("password", 128), instant("last_login").nullable(), boolean("is_superuser"),
				text("username", 0), text("first_name", 0), text("last_name", 0), text("email", 0), boolean("is_staff"),
				boolean("is_active"), instant("date_joined")},
			unique:  [][][]string{key("id"), key("username")},
			indexes: userIndexes("auth_user", "username"),
			hint:    "Django 3.1 or later made it otherwise; python manage.py migrate auth",
		},
		{
			table: "django_session", app: "sessions", feature: ForSessions, installed: "django.contrib.sessions", inserts: true,
			columns: []column{text("session_key", 40), text("session_data", 0), instant("expire_date")},
			unique:  [][][]string{key("session_key")},
		},
		{
			table: "django_site", app: "sites", feature: ForSites, installed: "django.contrib.sites",
			columns: []column{integer("id"), text("domain", 0), text("name", 0)},
		},
		{
			table: "authtoken_token", app: "authtoken", feature: ForPlainTokens, installed: "rest_framework.authtoken", inserts: true,
			columns: []column{text("key", 40), instant("created"), integer("user_id")},
			unique:  [][][]string{key("key"), key("user_id")},
		},
		{
			table: "token_blacklist_outstandingtoken", app: "token_blacklist", feature: ForRefreshTokens, inserts: true,
			installed: "rest_framework_simplejwt.token_blacklist",
			columns: []column{integer("id"), integer("user_id").nullable(), text("jti", 32), text("token", 0),
				instant("created_at").nullable(), instant("expires_at")},
			unique: [][][]string{key("id"), key("jti")},
			hint:   "djangorestframework-simplejwt 4 or later made it otherwise; python manage.py migrate token_blacklist",
		},
		{
			table: "token_blacklist_blacklistedtoken", app: "token_blacklist", feature: ForRefreshTokens, inserts: true,
			installed: "rest_framework_simplejwt.token_blacklist",
			columns:   []column{integer("id"), integer("token_id"), instant("blacklisted_at")},
			unique:    [][][]string{key("token_id")},
		},
		{
			table: "account_emailaddress", app: "account", feature: ForAddresses, installed: "allauth.account", inserts: true,
			columns: []column{integer("id"), integer("user_id"), text("email", 0), boolean("verified"), boolean("primary")},
			unique:  [][][]string{{{"user_id", "email"}, {"email"}}},
		},
		{
			table: "account_emailconfirmation", app: "account", feature: ForAddresses, installed: "allauth.account", inserts: true,
			columns: []column{integer("id"), integer("email_address_id"), instant("created"), instant("sent").nullable(), text("key", 64)},
			unique:  [][][]string{key("key")},
		},
		{
			table: "socialaccount_socialaccount", app: "socialaccount", feature: ForSocial, installed: "allauth.socialaccount", inserts: true,
			columns: []column{integer("id"), integer("user_id"), text("provider", 30), text("uid", 0), instant("last_login"),
				instant("date_joined"), document("extra_data")},
			unique: [][][]string{key("provider", "uid")},
		},
		{
			table: "socialaccount_socialtoken", app: "socialaccount", feature: ForSocialTokens, installed: "allauth.socialaccount", inserts: true,
			columns: []column{integer("id"), integer("app_id").nullable(), integer("account_id"), text("token", 0),
				text("token_secret", 0), instant("expires_at").nullable()},
			hint: "django-allauth 0.55 or later made it otherwise; upgrade it and run python manage.py migrate socialaccount",
		},
		{
			table: "rest_authtoken_authtoken", app: "rest_authtoken", feature: ForOpaqueTokens, installed: "rest_authtoken", inserts: true,
			columns: []column{binary("hashed_token"), instant("created"), integer("user_id")},
			unique:  [][][]string{key("hashed_token")},
		},
		{
			table: "rest_authtoken_emailconfirmationtoken", app: "rest_authtoken", feature: ForOpaqueTokens, installed: "rest_authtoken",
			inserts: true,
			columns: []column{binary("hashed_token"), instant("created"), text("email", 0), integer("user_id")},
			unique:  [][][]string{key("hashed_token")},
		},
		{
			table: "students_student", app: "students", feature: ForStudents, installed: "students", inserts: true,
			columns: []column{integer("id"), text("first_name", 0), text("last_name", 0), text("email", 0), text("classroom", 0)},
		},
	}
}
