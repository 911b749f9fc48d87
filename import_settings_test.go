package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchword/auth/password"
)

// projectSettings is what a Django project's settings are printed as.
const projectSettings = `{
	"DJANGO_VERSION": "4.2.11", "DEBUG": true, "SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz-0123456789",
	"ALLOWED_HOSTS": ["example.org"], "ROOT_URLCONF": "project.urls", "AUTH_PASSWORD_VALIDATORS": [
		{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 11}}],
	"DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop", "USER": "shop", "PASSWORD": "p@ss/word",
		"HOST": "db", "PORT": "5433", "CONN_MAX_AGE": 60, "OPTIONS": {"sslmode": "require"}}, "logs": {"ENGINE": "x"}},
	"INSTALLED_APPS": ["django.contrib.auth", "allauth.account", "allauth.socialaccount.providers.google", "dj_rest_auth",
		"rest_framework_simplejwt.token_blacklist", "rest_authtoken.apps.RestAuthtokenConfig", "corsheaders"],
	"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"],
	"SIMPLE_JWT": {"ACCESS_TOKEN_LIFETIME": 300.0, "REFRESH_TOKEN_LIFETIME": "datetime.timedelta(days=1, seconds=30)",
		"SLIDING_TOKEN_LIFETIME": "1 day, 0:00:10", "ALGORITHM": "HS256", "NEW_IN_THE_FUTURE": 1},
	"SESSION_COOKIE_AGE": "two weeks", "CACHES": {"default": {}}
}`

// imported imports projectSettings and returns what was printed and the file.
func imported(t *testing.T, text string, args ...string) (code int, printed, file string) {
	t.Helper()
	dir := t.TempDir()
	from := filepath.Join(dir, "settings.json")
	if err := os.WriteFile(from, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(dir, "watchword.yaml")
	var out, complaints bytes.Buffer
	code = run(t.Context(), append([]string{"import-settings", from, "--output", file}, args...), nil, nil, &out, &complaints)
	return code, out.String() + complaints.String(), file
}

func TestTheSettingsOfADjangoProjectBecomeOurs(t *testing.T) {
	code, printed, file := imported(t, projectSettings)
	if code != exitOK {
		t.Fatalf("exit %d\n%s", code, printed)
	}
	loaded, err := LoadSettings(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "postgres://shop:p%40ss%2Fword@db:5433/shop?sslmode=require"; loaded.Database.URL != want {
		t.Errorf("DATABASE_URL = %s, want %s", loaded.Database.URL, want)
	}
	if loaded.Database.ConnMaxAge != time.Minute {
		t.Errorf("CONN_MAX_AGE = %v", loaded.Database.ConnMaxAge)
	}
	if loaded.JWT.AccessTokenLifetime != 5*time.Minute || loaded.JWT.RefreshTokenLifetime != 24*time.Hour+30*time.Second ||
		loaded.JWT.SlidingTokenLifetime != 24*time.Hour+10*time.Second {
		t.Errorf("lifetimes %v, %v, %v", loaded.JWT.AccessTokenLifetime, loaded.JWT.RefreshTokenLifetime, loaded.JWT.SlidingTokenLifetime)
	}
	for _, component := range []string{mountRESTAuth, mountSimpleJWT, mountAuthToken} {
		if !loaded.Features.Mounts.has(component) {
			t.Errorf("%s is not mounted", component)
		}
	}
	if !loaded.Features.Allauth || !loaded.Features.TokenBlacklist || !slices.Equal(loaded.Features.Social, []string{"google"}) {
		t.Errorf("FEATURES = %+v", loaded.Features)
	}
	hash, err := registryOf(t, loaded.Password).Encode(t.Context(), "a horse with 9 batteries")
	if err != nil || !strings.HasPrefix(hash, "pbkdf2_sha256$600000$") {
		t.Errorf("a password is hashed as %q, %v; want as Django 4.2 does", hash, err)
	}
	for _, line := range []string{
		"taken           SIMPLE_JWT.ACCESS_TOKEN_LIFETIME",
		"no counterpart  ROOT_URLCONF", "no counterpart  CACHES", "no counterpart  SIMPLE_JWT.NEW_IN_THE_FUTURE", "no counterpart  DATABASES.logs",
		"not taken       AUTHENTICATION_BACKENDS[1]", "not taken       SESSION_COOKIE_AGE",
		"unsafe          SECRET_KEY", "added           PASSWORD_HASHERS",
	} {
		if !strings.Contains(printed, line) {
			t.Errorf("nothing says %q:\n%s", line, printed)
		}
	}
	for _, secret := range []string{"p@ss", "p%40ss", "0123456789abcdef"} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is printed", secret)
		}
	}
}

func registryOf(t *testing.T, cfg password.Config) *password.Registry {
	t.Helper()
	registry, err := password.NewRegistry(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return registry
}

func TestASettingsFileIsKeptFromOthersAndFromHaste(t *testing.T) {
	_, _, file := imported(t, projectSettings)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != fs.FileMode(0o600) {
		t.Errorf("%v, %v; want 0600", info.Mode(), err)
	}
	from := filepath.Join(filepath.Dir(file), "settings.json")
	for _, test := range []struct {
		more string
		want int
	}{{"", exitUsage}, {"--force", exitOK}} {
		args := strings.Fields("import-settings " + from + " --output " + file + " " + test.more)
		var out bytes.Buffer
		if got := run(t.Context(), args, nil, nil, &out, &out); got != test.want {
			t.Errorf("%s over a file: exit %d, want %d\n%s", test.more, got, test.want, out.String())
		}
	}
}

func TestWhatIsNoDumpOfSettingsIsRefused(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", "DEBUG = True", `{"A": 1`} {
		if code, printed, _ := imported(t, text); code != exitUsage {
			t.Errorf("%q: exit %d\n%s", text, code, printed)
		}
	}
}

func TestADatabaseBecomesItsURL(t *testing.T) {
	for text, want := range map[string]string{
		`{"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/db.sqlite3"}`:                   "sqlite:////srv/db.sqlite3",
		`{"ENGINE": "django.db.backends.sqlite3", "NAME": "db file.sqlite3"}`:                   "sqlite:///db%20file.sqlite3",
		`{"ENGINE": "django.db.backends.postgresql_psycopg2", "NAME": "a", "HOST": "h"}`:        "postgres://h/a",
		`{"ENGINE": "django.db.backends.postgresql", "NAME": "a", "USER": "u"}`:                 "postgres://u@/a?host=%2Fvar%2Frun%2Fpostgresql",
		`{"ENGINE": "django.contrib.gis.db.backends.postgis", "NAME": "a"}`:                     "",
		`{"ENGINE": "django.db.backends.mysql", "NAME": "a"}`:                                   "",
		`{"ENGINE": "django.db.backends.postgresql", "NAME": "a", "HOST": "h", "PORT": 5433}`:   "postgres://h:5433/a",
		`{"ENGINE": "django.db.backends.postgresql", "NAME": "a", "HOST": "h", "PORT": "5433"}`: "postgres://h:5433/a",
	} {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var entry map[string]any
		if err := decoder.Decode(&entry); err != nil {
			t.Fatal(err)
		}
		if got, err := databaseURL(entry); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}
