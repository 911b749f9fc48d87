package settings_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/settings"
)

type mode string

func (m *mode) UnmarshalText(text []byte) error {
	if s := string(text); s != "safe" && s != "exact" {
		return fmt.Errorf("must be safe or exact, not %q", s)
	}
	*m = mode(text)
	return nil
}

type jwtConfig struct {
	Lifetime time.Duration `setting:"ACCESS_TOKEN_LIFETIME" help:"How long."`
	Key      string        `setting:"SIGNING_KEY" secret:"true"`
	Types    []string      `setting:"AUTH_HEADER_TYPES"`
	Audience *string       `setting:"AUDIENCE"`
	Now      func() time.Time
}

type validator struct {
	Name    string         `setting:"NAME"`
	Options map[string]any `setting:"OPTIONS"`
}

type hosts struct {
	Allowed []string `setting:"ALLOWED_HOSTS"`
}

type config struct {
	hosts
	Log struct {
		Level string `setting:"LOG_LEVEL"`
	} `setting:",inline"`
	Debug      bool              `setting:"DEBUG"`
	Port       uint16            `setting:"PORT"`
	Ratio      float64           `setting:"RATIO"`
	Mode       mode              `setting:"COMPATIBILITY"`
	Secret     string            `setting:"SECRET_KEY" secret:"true"`
	LogFile    string            `setting:"LOG_FILE"`
	JWT        jwtConfig         `setting:"SIMPLE_JWT"`
	Validators []validator       `setting:"AUTH_PASSWORD_VALIDATORS"`
	Mounts     map[string]string `setting:"MOUNTS"`
	Features   struct {
		Links map[string]string `setting:"links"`
		Admin string            `setting:"admin"`
	} `setting:"FEATURES"`
}

func defaults() config {
	c := config{Port: 8000, Mode: "safe"}
	c.Allowed = []string{"localhost"}
	c.JWT = jwtConfig{Lifetime: 5 * time.Minute, Types: []string{"Bearer"}}
	return c
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, file string, environ ...string) (config, *settings.Report, error) {
	t.Helper()
	c := defaults()
	report, err := settings.Load(&c, settings.Sources{File: file, Environ: environ, Prefix: "WATCHWORD_"})
	return c, report, err
}

const yamlFile = `
# a comment
ALLOWED_HOSTS: [a.example, b.example]
LOG_LEVEL: debug
DEBUG: true
PORT: 9000
RATIO: 1.5
COMPATIBILITY: exact
SECRET_KEY: "s3cret"
SIMPLE_JWT:
  ACCESS_TOKEN_LIFETIME: 10m
  AUDIENCE: me
AUTH_PASSWORD_VALIDATORS:
  - NAME: length
    OPTIONS: {min_length: 9}
MOUNTS: {simplejwt: /api/token/}
FEATURES:
  links: {reset: /r/}
  admin: /admin/
`

const jsonFile = `{
 "ALLOWED_HOSTS": ["a.example", "b.example"], "LOG_LEVEL": "debug", "DEBUG": true, "PORT": 9000, "RATIO": 1.5,
 "COMPATIBILITY": "exact", "SECRET_KEY": "s3cret",
 "SIMPLE_JWT": {"ACCESS_TOKEN_LIFETIME": 600, "AUDIENCE": "me"},
 "AUTH_PASSWORD_VALIDATORS": [{"NAME": "length", "OPTIONS": {"min_length": 9}}],
 "MOUNTS": {"simplejwt": "/api/token/"}, "FEATURES": {"links": {"reset": "/r/"}, "admin": "/admin/"}
}`

func wantLoaded() config {
	want := defaults()
	me := "me"
	want.Allowed = []string{"a.example", "b.example"}
	want.Log.Level = "debug"
	want.Debug, want.Port, want.Ratio, want.Mode, want.Secret = true, 9000, 1.5, "exact", "s3cret"
	want.JWT.Lifetime, want.JWT.Audience = 10*time.Minute, &me
	want.Validators = []validator{{Name: "length", Options: map[string]any{"min_length": 9}}}
	want.Mounts = map[string]string{"simplejwt": "/api/token/"}
	want.Features.Links = map[string]string{"reset": "/r/"}
	want.Features.Admin = "/admin/"
	return want
}

func diff(want, got config) string {
	return cmp.Diff(want, got, cmp.AllowUnexported(config{}), cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".Now"
	}, cmp.Ignore()))
}

func TestFilesOfBothFormatsFillTheStruct(t *testing.T) {
	for _, tt := range []struct{ name, file, text string }{
		{"YAML", "s.yaml", yamlFile},
		{"JSON", "s.json", jsonFile},
		{"JSON without extension", "settings", jsonFile},
		{"YAML without extension", "settings", yamlFile},
		{"byte order mark", "s.yaml", "\xef\xbb\xbf" + yamlFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := load(t, write(t, tt.file, tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(wantLoaded(), got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEnvironmentFillsTheStruct(t *testing.T) {
	got, _, err := load(t, "",
		"WATCHWORD_ALLOWED_HOSTS=a.example, b.example",
		"WATCHWORD_LOG_LEVEL=debug",
		"WATCHWORD_DEBUG=1",
		"WATCHWORD_PORT=9000",
		"WATCHWORD_RATIO=1.5",
		"WATCHWORD_COMPATIBILITY=exact",
		"WATCHWORD_SECRET_KEY=s3cret",
		"WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME=10m",
		"WATCHWORD_SIMPLE_JWT__AUDIENCE=me",
		`WATCHWORD_AUTH_PASSWORD_VALIDATORS=[{"NAME": "length", "OPTIONS": {"min_length": 9}}]`,
		"WATCHWORD_MOUNTS={simplejwt: /api/token/}",
		`WATCHWORD_FEATURES__LINKS={"reset": "/r/"}`,
		"WATCHWORD_FEATURES__admin=/admin/",
		"OTHER=1",
	)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(wantLoaded(), got); d != "" {
		t.Error(d)
	}
}

func TestNothingGivenKeepsTheDefaults(t *testing.T) {
	for _, text := range []string{"", "# only a comment\n", "null", "{}", "SIMPLE_JWT:\n"} {
		got, _, err := load(t, write(t, "s.yaml", text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if d := diff(defaults(), got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

func TestNullIsTheZeroValue(t *testing.T) {
	got, _, err := load(t, write(t, "s.json", `{"ALLOWED_HOSTS": null, "PORT": null, "SIMPLE_JWT":
		{"ACCESS_TOKEN_LIFETIME": null, "AUDIENCE": null}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.Allowed != nil || got.Port != 0 || got.JWT.Lifetime != 0 || got.JWT.Audience != nil {
		t.Errorf("got %+v", got)
	}
}

func TestLaterSourcesWin(t *testing.T) {
	file := write(t, "s.yaml", "PORT: 1\nDEBUG: true\nSIMPLE_JWT: {ACCESS_TOKEN_LIFETIME: 1, SIGNING_KEY: file}")
	key := write(t, "key", "from a file\n")
	got, report, err := load(t, file, "WATCHWORD_PORT=2", "WATCHWORD_SIMPLE_JWT={ACCESS_TOKEN_LIFETIME: 2}",
		"WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME=3", "WATCHWORD_SIMPLE_JWT__SIGNING_KEY_FILE="+key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Port != 2 || !got.Debug || got.JWT.Lifetime != 3*time.Second || got.JWT.Key != "from a file" {
		t.Errorf("got %+v", got)
	}
	for name, want := range map[string]string{
		"PORT":                             "environment WATCHWORD_PORT",
		"DEBUG":                            file + ":2",
		"SIMPLE_JWT.ACCESS_TOKEN_LIFETIME": "environment WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME",
		"SIMPLE_JWT.SIGNING_KEY":           "secret file in WATCHWORD_SIMPLE_JWT__SIGNING_KEY_FILE",
		"RATIO":                            "default",
	} {
		if got := report.Origin(name).String(); got != want {
			t.Errorf("%s came from %q, want %q", name, got, want)
		}
	}
}

func TestANameThatEndsInFileIsNoSecretFile(t *testing.T) {
	got, _, err := load(t, "", "WATCHWORD_LOG_FILE=/var/log/x")
	if err != nil || got.LogFile != "/var/log/x" {
		t.Errorf("got %q, %v", got.LogFile, err)
	}
}

func TestAliasesOfYAMLAreFollowed(t *testing.T) {
	got, _, err := load(t, write(t, "s.yaml", "LOG_LEVEL: &x debug\nSECRET_KEY: *x\n"))
	if err != nil || got.Secret != "debug" {
		t.Errorf("got %q, %v", got.Secret, err)
	}
}

func TestJSONKeepsSurrogatePairs(t *testing.T) {
	got, _, err := load(t, write(t, "s.json", `{"LOG_LEVEL": "\ud83d\ude00\/"}`))
	if err != nil || got.Log.Level != "😀/" {
		t.Errorf("got %q, %v", got.Log.Level, err)
	}
}

func TestFaultsNameSettingOriginAndExpectation(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		environ    []string
		want       []string
	}{
		{"misspelt", "SIMPLE_JWT:\n  ACESS_TOKEN_LIFETIME: 5", nil,
			[]string{"SIMPLE_JWT.ACESS_TOKEN_LIFETIME: FILE:2: unknown setting; did you mean ACCESS_TOKEN_LIFETIME?"}},
		{"wrong case", "debug: true", nil, []string{"debug: FILE:1: unknown setting; did you mean DEBUG?"}},
		{"wrong place", "ACCESS_TOKEN_LIFETIME: 5", nil,
			[]string{"ACCESS_TOKEN_LIFETIME: FILE:1: unknown setting; did you mean SIMPLE_JWT.ACCESS_TOKEN_LIFETIME?"}},
		{"nothing like it", "WHATEVER: 5", nil, []string{"WHATEVER: FILE:1: unknown setting"}},
		{"unknown in the environment", "", []string{"WATCHWORD_SIMPLE_JWT__SIGNING_KAY=x"},
			[]string{"SIMPLE_JWT.SIGNING_KAY: environment WATCHWORD_SIMPLE_JWT__SIGNING_KAY: unknown setting; did you mean SIGNING_KEY?"}},
		{"level below a value", "", []string{"WATCHWORD_DEBUG__X=1"},
			[]string{"DEBUG.X: environment WATCHWORD_DEBUG__X: unknown setting; did you mean DEBUG?"}},
		{"not a boolean", "DEBUG: yes please", nil, []string{`DEBUG: FILE:1: must be true or false, not "yes please"`}},
		{"boolean in quotes", `DEBUG: "true"`, nil, []string{`DEBUG: FILE:1: must be true or false, not "true"`}},
		{"number for text", "LOG_LEVEL: 5", nil,
			[]string{"LOG_LEVEL: FILE:1: must be text, not 5 (put text that looks like something else in quotes)"}},
		{"out of range", "PORT: 70000", nil,
			[]string{"PORT: FILE:1: must be a whole number, not 70000 (put text that looks like something else in quotes)"}},
		{"duration", "SIMPLE_JWT: {ACCESS_TOKEN_LIFETIME: 10x}", nil,
			[]string{`SIMPLE_JWT.ACCESS_TOKEN_LIFETIME: FILE:1: must be a number of seconds or a duration such as "90s", "10m", "12h" or "14d", not "10x"`}},
		{"own words of a type", "COMPATIBILITY: unsafe", nil,
			[]string{`COMPATIBILITY: FILE:1: must be safe or exact, not "unsafe"`}},
		{"text for a list", "ALLOWED_HOSTS: example.com", nil, []string{"ALLOWED_HOSTS: FILE:1: must be a list of texts"}},
		{"list in a list", "ALLOWED_HOSTS:\n  - a\n  - [b]", nil, []string{"ALLOWED_HOSTS[1]: FILE:3: must be text, not a list"}},
		{"inside a record", "AUTH_PASSWORD_VALIDATORS: [{NAM: x}]", nil,
			[]string{"AUTH_PASSWORD_VALIDATORS[0].NAM: FILE:1: unknown setting; did you mean NAME?"}},
		{"group that is none", "SIMPLE_JWT: 5", nil, []string{"SIMPLE_JWT: FILE:1: must be a mapping of names to values"}},
		{"map that is none", "MOUNTS: [a]", nil, []string{"MOUNTS: FILE:1: must be a mapping of names to texts"}},
		{"twice", "DEBUG: true\nDEBUG: false", nil, []string{"DEBUG: FILE:2: is given twice"}},
		{"not a mapping", "- a", nil, []string{"FILE:1: must hold a mapping of names to values"}},
		{"two documents", "DEBUG: true\n---\nDEBUG: false", nil, []string{"FILE:2: holds more than one document"}},
		{"not a number in the environment", "", []string{"WATCHWORD_PORT=many"},
			[]string{`PORT: environment WATCHWORD_PORT: must be a whole number, not "many"`}},
		{"empty number in the environment", "", []string{"WATCHWORD_PORT="},
			[]string{`PORT: environment WATCHWORD_PORT: must be a whole number, not ""`}},
		{"value and secret file", "", []string{"WATCHWORD_SECRET_KEY=x", "WATCHWORD_SECRET_KEY_FILE=/nowhere"},
			[]string{"SECRET_KEY: is given by both WATCHWORD_SECRET_KEY and WATCHWORD_SECRET_KEY_FILE; keep one of them"}},
		{"secret file missing", "", []string{"WATCHWORD_SECRET_KEY_FILE=/nowhere/key"},
			[]string{"SECRET_KEY: secret file in WATCHWORD_SECRET_KEY_FILE: there is no file /nowhere/key"}},
		{"all at once", "DEBUG: 1.5x\nPORT: a", []string{"WATCHWORD_RATIO=x"}, []string{
			`DEBUG: FILE:1: must be true or false, not "1.5x"`,
			`PORT: FILE:2: must be a whole number, not "a"`,
			`RATIO: environment WATCHWORD_RATIO: must be a number, not "x"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, "s.yaml", tt.text)
			got, _, err := load(t, file, tt.environ...)
			if err == nil {
				t.Fatal("no fault")
			}
			lines := strings.Split(strings.ReplaceAll(err.Error(), file, "FILE"), "\n")
			if d := cmp.Diff(tt.want, lines); d != "" {
				t.Error(d)
			}
			if got.Debug != defaults().Debug && tt.name != "twice" || got.Port != defaults().Port {
				t.Error("a setting with a fault lost its default")
			}
		})
	}
}

func TestSyntaxErrorsNameTheLine(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"s.yaml", "DEBUG: true\n\tPORT: 1", "s.yaml:2: is not YAML"},
		{"s.json", "{\"DEBUG\": true,\n\"PORT\": }", "s.json:2: is not JSON"},
		{"s.json", "{\"DEBUG\": true", "s.json:1: is not JSON: it ends too early"},
		{"s.json", "{} {}", "s.json:1: is not JSON: more text after the value"},
	} {
		_, _, err := load(t, write(t, tt.name, tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q", tt.text, err, tt.want)
		}
	}
	if _, _, err := load(t, "/nowhere.yaml"); err == nil || err.Error() != "/nowhere.yaml: there is no such settings file" {
		t.Errorf("got %v", err)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	file := write(t, "s.yaml", "SECRET_KEY: 123454321\nSIMPLE_JWT: {SIGNING_KEY: [hush]}")
	_, _, err := load(t, file)
	if err == nil {
		t.Fatal("no fault")
	}
	for _, secret := range []string{"123454321", "hush"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%v repeats a secret", err)
		}
	}
	c := defaults()
	c.Secret = "hush"
	for _, f := range settings.Describe(c) {
		if strings.Contains(f.Value, "hush") {
			t.Errorf("%s shows %s", f.Name, f.Value)
		}
	}
}

func TestASecretFileThatAllCanReadIsRefused(t *testing.T) {
	key := write(t, "key", "secret")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := load(t, "", "WATCHWORD_SECRET_KEY_FILE="+key)
	if err == nil || !strings.Contains(err.Error(), "run: chmod 600 "+key) {
		t.Errorf("got %v", err)
	}
}

func TestIgnoredNamesAreListedAndNotRefused(t *testing.T) {
	c := defaults()
	file := write(t, "s.yaml", "REST_AUTH:\n  USE_JWT: true\nSESSION_COOKIE_AGE: 5")
	report, err := settings.Load(&c, settings.Sources{
		File: file, Environ: []string{"WATCHWORD_REST_AUTH__X=1"}, Prefix: "WATCHWORD_",
		Ignore: func(name string) bool {
			return strings.HasPrefix(name, "SESSION_") || strings.HasPrefix(name, "REST_AUTH")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ignored := range report.Ignored {
		got = append(got, ignored.Name)
	}
	if d := cmp.Diff([]string{"REST_AUTH", "SESSION_COOKIE_AGE", "REST_AUTH.X"}, got); d != "" {
		t.Error(d)
	}
}

func TestFaultsCanBeTakenApart(t *testing.T) {
	_, _, err := load(t, "", "WATCHWORD_PORT=x")
	var fault settings.Fault
	if !errors.As(err, &fault) || fault.Setting != "PORT" || fault.Origin.Kind != settings.Environment {
		t.Errorf("got %+v", fault)
	}
}

func TestDescribeNamesTypesAndValues(t *testing.T) {
	c := defaults()
	c.Validators = []validator{{Name: "length"}}
	c.Secret = "hush"
	var got []string
	for _, f := range settings.Describe(&c) {
		got = append(got, f.Name+" | "+f.Type+" | "+f.Value)
	}
	want := []string{
		`ALLOWED_HOSTS | list of texts | ["localhost"]`,
		`LOG_LEVEL | text | ""`,
		`DEBUG | true or false | false`,
		`PORT | whole number | 8000`,
		`RATIO | number | 0`,
		`COMPATIBILITY | text | "safe"`,
		`SECRET_KEY | text | ********`,
		`LOG_FILE | text | ""`,
		`SIMPLE_JWT.ACCESS_TOKEN_LIFETIME | duration | "5m"`,
		`SIMPLE_JWT.SIGNING_KEY | text | ""`,
		`SIMPLE_JWT.AUTH_HEADER_TYPES | list of texts | ["Bearer"]`,
		`SIMPLE_JWT.AUDIENCE | text or null | null`,
		`AUTH_PASSWORD_VALIDATORS | list of mappings | [{"NAME":"length"}]`,
		`MOUNTS | mapping of names to texts | {}`,
		`FEATURES.links | mapping of names to texts | {}`,
		`FEATURES.admin | text | ""`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
