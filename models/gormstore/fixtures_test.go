package gormstore_test

import (
	"errors"
	"strings"
	"testing"

	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/fixtures"
	"watchword/models/gormstore/gormtest"
)

// everyStore runs test with a migrated store on SQLite and on PostgreSQL.
func everyStore(t *testing.T, test func(t *testing.T, s *gormstore.Store)) {
	everyDatabase(t, func(t *testing.T, url string) { test(t, openMigrated(t, url)) })
}

func load(t *testing.T, s *gormstore.Store, fixture string) {
	t.Helper()
	if _, err := s.LoadFixtures(t.Context(), strings.NewReader(fixture)); err != nil {
		t.Fatalf("LoadFixtures: %v", err)
	}
}

func dump(t *testing.T, s *gormstore.Store, indent int, labels ...string) string {
	t.Helper()
	var b strings.Builder
	if err := s.DumpFixtures(t.Context(), &b, labels, indent); err != nil {
		t.Fatalf("DumpFixtures: %v", err)
	}
	return b.String()
}

// everyModel has a row of each model with values that are easily spoiled.
const everyModel = `[
{"model": "auth.group", "pk": 3, "fields": {"name": "staff é <&>", "permissions": [13, 1]}},
{"model": "auth.user", "pk": 7, "fields": {"username": "zoë \"q\" \\", "password": "!", "groups": [3],
	"user_permissions": [16], "last_login": "2024-01-02T03:04:05.123Z", "date_joined": "2024-01-02T03:04:05.123456Z"}},
{"model": "admin.logentry", "pk": 1, "fields": {"user": 7, "action_flag": 2, "object_repr": "x", "content_type": 4,
	"action_time": "2024-01-02T03:04:05Z"}},
{"model": "sessions.session", "pk": "s1", "fields": {"session_data": "a:b", "expire_date": "2100-01-01T00:00:00Z"}},
{"model": "authtoken.token", "pk": "0123", "fields": {"user": 7, "created": "2024-01-02T03:04:05Z"}},
{"model": "token_blacklist.outstandingtoken", "pk": 5000000000, "fields": {"user": 7, "jti": "j", "token": "t",
	"expires_at": "2100-01-01T00:00:00Z"}},
{"model": "token_blacklist.blacklistedtoken", "pk": 1, "fields": {"token": 5000000000,
	"blacklisted_at": "2024-01-02T03:04:05Z"}},
{"model": "account.emailaddress", "pk": 1, "fields": {"user": 7, "email": "z@example.com", "primary": true}},
{"model": "account.emailconfirmation", "pk": 1, "fields": {"email_address": 1, "key": "k"}},
{"model": "socialaccount.socialapp", "pk": 1, "fields": {"provider": "google", "name": "G", "client_id": "c",
	"settings": {"a": [1, 2.50, null, "é, : \""], "b": {}}, "sites": [1]}},
{"model": "socialaccount.socialaccount", "pk": 1, "fields": {"user": 7, "provider": "google", "uid": "1",
	"last_login": "2024-01-02T03:04:05Z", "date_joined": "2024-01-02T03:04:05Z", "extra_data": {"id": 1}}},
{"model": "socialaccount.socialtoken", "pk": 1, "fields": {"app": 1, "account": 1, "token": "t"}},
{"model": "rest_authtoken.authtoken", "pk": "2PqAihCiobd89TyHseV0dtUebdzCKXv5k4Vd+/SVAmY=", "fields": {"user": 7,
	"created": "2024-01-02T03:04:05Z"}},
{"model": "rest_authtoken.emailconfirmationtoken", "pk": "KCkA/w==", "fields": {"user": 7, "email": "z@example.com",
	"created": "2024-01-02T03:04:05Z"}},
{"model": "students.student", "pk": 9, "fields": {"first_name": "Ada"}}
]`

func TestADumpLoadsIntoAnEmptyStoreAndDumpsTheSame(t *testing.T) {
	everyDatabase(t, func(t *testing.T, url string) {
		source := openMigrated(t, url)
		load(t, source, everyModel)
		for _, indent := range []int{0, 2} {
			want := dump(t, source, indent)
			for _, label := range []string{`"auth.permission"`, `"students.student"`, `zoë \"q\" \\`, "<&>", "05.123456Z"} {
				if !strings.Contains(want, label) {
					t.Errorf("the dump lacks %s", label)
				}
			}
			copied := gormtest.SQLite(t)
			load(t, copied, want)
			if got := dump(t, copied, indent); got != want {
				t.Errorf("with indent %d:\n got %s\nwant %s", indent, got, want)
			}
		}
	})
}

func TestDumpsAreWrittenAsDjangoWritesThem(t *testing.T) {
	s := gormtest.SQLite(t)
	load(t, s, `[{"model":"students.student","pk":1,"fields":{"first_name":"Ada, B: C"}},
		{"model":"students.student","pk":2,"fields":{}}]`)
	const oneLine = `[{"model": "students.student", "pk": 1, "fields": {"first_name": "Ada, B: C", "last_name": "", ` +
		`"email": "", "classroom": ""}}, {"model": "students.student", "pk": 2, "fields": {"first_name": "", ` +
		`"last_name": "", "email": "", "classroom": ""}}]`
	if got := dump(t, s, 0, "students"); got != oneLine {
		t.Errorf("got  %s\nwant %s", got, oneLine)
	}
	const indented = "[\n{\n  \"model\": \"sites.site\",\n  \"pk\": 1,\n  \"fields\": {\n" +
		"    \"domain\": \"example.com\",\n    \"name\": \"example.com\"\n  }\n}\n]\n"
	if got := dump(t, s, 2, "sites.Site"); got != indented {
		t.Errorf("got  %s\nwant %s", got, indented)
	}
	if got := dump(t, s, 0, "sessions"); got != "[]" {
		t.Errorf("no rows: %q, want []", got)
	}
	for label, want := range map[string]string{"auth.users": `"auth.user"`, "student": `"students"`} {
		err := s.DumpFixtures(t.Context(), &strings.Builder{}, []string{label}, 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("DumpFixtures(%s) = %v, want a hint at %s", label, err, want)
		}
	}
}

func TestLoadingReplacesRowsAndLists(t *testing.T) {
	everyStore(t, func(t *testing.T, s *gormstore.Store) {
		load(t, s, everyModel)
		load(t, s, `[{"model":"auth.user","pk":7,"fields":{"username":"new","user_permissions":[],"is_active":false}}]`)
		got := dump(t, s, 0, "auth.user")
		for _, want := range []string{`"username": "new"`, `"last_login": null`, `"is_active": false`, `"password": ""`,
			`"groups": [3]`, `"user_permissions": []`} {
			if !strings.Contains(got, want) {
				t.Errorf("the user lacks %s: %s", want, got)
			}
		}
	})
}

func TestTheNextRowsGetFreeNumbers(t *testing.T) {
	everyStore(t, func(t *testing.T, s *gormstore.Store) {
		load(t, s, everyModel)
		u := &models.User{Username: "next"}
		if err := s.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if u.ID != "8" {
			t.Errorf("the next user got %s, want 8", u.ID)
		}
		load(t, s, `[{"model":"auth.user","fields":{"username":"without a number"}},
			{"model":"auth.user","pk":null,"fields":{"username":"next","email":"found by its name"}}]`)
		got, err := s.UserBy(t.Context(), models.UserFieldID, "9")
		if err != nil || got.Username != "without a number" {
			t.Errorf("user 9 = %+v, %v", got, err)
		}
		if got, err := s.UserBy(t.Context(), models.UserFieldID, "8"); err != nil || got.Email != "found by its name" {
			t.Errorf("user 8 = %+v, %v", got, err)
		}
	})
}

func TestNaturalKeysMayPointForwards(t *testing.T) {
	everyStore(t, func(t *testing.T, s *gormstore.Store) {
		load(t, s, `[
			{"model":"authtoken.token","pk":"a","fields":{"user":["late"],"created":"2024-01-01"}},
			{"model":"auth.user","pk":5,"fields":{"username":"late","groups":[["g"]],
				"user_permissions":[["view_user","auth","user"]]}},
			{"model":"auth.group","pk":6,"fields":{"name":"g"}},
			{"model":"auth.permission","pk":900,"fields":{"name":"n","codename":"c","content_type":["auth","user"]}}
		]`)
		got := dump(t, s, 0, "auth.user", "authtoken", "auth.permission")
		for _, want := range []string{`"groups": [6], "user_permissions": [16]`, `"fields": {"user": 5,`,
			`{"name": "n", "content_type": 4, "codename": "c"}`} {
			if !strings.Contains(got, want) {
				t.Errorf("the dump lacks %s", want)
			}
		}
	})
}

func TestPermissionsWithoutANumberAreFoundByTheirNaturalKey(t *testing.T) {
	everyStore(t, func(t *testing.T, s *gormstore.Store) {
		load(t, s, `[{"model":"auth.permission","fields":{"name":"See users","codename":"view_user","content_type":["auth","user"]}},
			{"model":"auth.permission","fields":{"name":"Feed users","codename":"feed_user","content_type":["auth","user"]}}]`)
		got := dump(t, s, 0, "auth.permission")
		for _, want := range []string{`"pk": 16, "fields": {"name": "See users"`, `{"name": "Feed users", "content_type": 4,`} {
			if !strings.Contains(got, want) {
				t.Errorf("the dump lacks %s:\n%s", want, got)
			}
		}
	})
}

func TestABadFixtureIsRefusedWhole(t *testing.T) {
	const good = `{"model":"auth.user","pk":1,"fields":{"username":"a"}},`
	cases := []struct{ name, fixture, want string }{
		{"a reference to nothing", `[` + good + `{"model":"account.emailaddress","pk":4,"fields":{"user":99,"email":"e"}},
			{"model":"auth.user","pk":2,"fields":{"username":"b","groups":[77]}}]`,
			"object 2 (account.emailaddress pk=4): field \"user\": there is no auth.user with pk=99\n" +
				`object 3 (auth.user pk=2): field "groups": there is no auth.group with pk=77`},
		{"a natural key of nothing", `[` + good + `{"model":"authtoken.token","pk":"k","fields":{"user":["zed"],
			"created":"2024-01-01"}}]`, `object 2 (authtoken.token pk=k): field "user": there is no auth.user with the natural key [zed]`},
		{"a natural key of nothing in a list", `[` + good + `{"model":"auth.group","pk":1,"fields":{"name":"g",
			"permissions":[["x","auth","user"]]}}]`, `object 2 (auth.group pk=1): field "permissions": there is no auth.permission`},
		{"a name that is taken", `[` + good + `{"model":"auth.user","pk":2,"fields":{"username":"a"}}]`,
			"object 2 (auth.user pk=2): conflict"},
		{"a number out of range", `[` + good + `{"model":"account.emailaddress","pk":1,"fields":{"email":"e",
			"user":9000000000000}}]`, "object 2 (account.emailaddress pk=1): "},
		{"a later file", `[` + strings.TrimSuffix(good, ",") + `]|[{"model":"auth.user","pk":1,"fields":{"is_active":"maybe"}}]`,
			`object 2 (auth.user pk=1): field "is_active": expected true or false, got "maybe"`},
	}
	everyStore(t, func(t *testing.T, s *gormstore.Store) {
		for _, c := range cases {
			first, second, _ := strings.Cut(c.fixture, "|")
			if second == "" {
				second = "[]"
			}
			n, err := s.LoadFixtures(t.Context(), strings.NewReader(first), strings.NewReader(second))
			if err == nil || n != 0 || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: LoadFixtures = %d, %v; want %s", c.name, n, err, c.want)
			}
			var fault *fixtures.Error
			if !errors.As(err, &fault) {
				t.Errorf("%s: %T is no *fixtures.Error", c.name, err)
			}
			if got := dump(t, s, 0, "auth.user"); got != "[]" {
				t.Errorf("%s: something was kept: %s", c.name, got)
			}
		}
	})
}
