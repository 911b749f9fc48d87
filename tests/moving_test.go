package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// guideAddress is where the guide's server listens.
const guideAddress = "127.0.0.1:8001"

// djangosPython begins a script in a folder of the project: python is Debian's, watchword the program under test.
const djangosPython = "python() { /usr/bin/python3 \"$@\"; }\nwatchword() { \"$WATCHWORD\" \"$@\"; }\n"

// madeByDjango empties the database, has Django make its own tables there, and returns a folder with the project and the
// environment of its commands, to which more is added.
func madeByDjango(t *testing.T, db harness.Database, more ...string) (dir string, environ []string) {
	t.Helper()
	requireDjango(t)
	db.Clear(t)
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/django")); err != nil {
		t.Fatal(err)
	}
	environ = append(djangoEnviron(t, db), more...)
	if out, err := harness.Script(t.Context(), t, dir, environ, djangosPython+"python manage.py migrate"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, environ
}

// movingProject is a Django project that is led through the guide.
type movingProject struct {
	settings    string
	name        string   // what mike logs in with
	credentials string   // as curl sends them, up to the password
	environ     []string // what the guide says that no setting of Django's tells
}

// TestTheGuideFromDjango types the commands of the guide into a shell, in the folder of a Django project with Django's own
// users and of one with others, and compares what they print.
func TestTheGuideFromDjango(t *testing.T) {
	t.Parallel()
	harness.Program(t, "curl")
	for name, project := range map[string]movingProject{
		"djangos users": {"project.settings", "mike", "username=mike&", nil},
		"own users":     {"project.custom", "mike@example.org", "email=mike@example.org&", []string{`WATCHWORD_AUTH_USER_DEFAULTS={"credit": "0"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			harness.EachDatabase(t, func(t *testing.T, db harness.Database) { project.follow(t, db) })
		})
	}
}

// follow does as the guide says.
func (p movingProject) follow(t *testing.T, db harness.Database) {
	t.Helper()
	text, err := os.ReadFile("../docs/moving-from-django.md")
	if err != nil {
		t.Fatal(err)
	}
	tour := consoleBlocks(string(text))
	if len(tour) < 13 {
		t.Fatalf("the guide has %d commands in console blocks", len(tour))
	}
	dir, environ := madeByDjango(t, db, "DJANGO_SETTINGS_MODULE="+p.settings)
	there := startDjango(t, db, "BRIDGE_SETTINGS="+p.settings)
	there.ask(t, map[string]any{"op": "create", "username": p.name, "password": ownPassword, "hasher": "pbkdf2_sha256"})
	field, _, _ := strings.Cut(p.credentials, "=")
	there.post(t, "/token/", map[string]string{field: p.name, "password": ownPassword})
	there.ask(t, map[string]any{"op": "plain_token", "username": p.name})
	there.ask(t, map[string]any{"op": "opaque_token", "username": p.name})

	if err := os.WriteFile(filepath.Join(dir, "print_settings.py"), []byte(block(t, string(text), "python")), 0o600); err != nil {
		t.Fatal(err)
	}
	host := harness.FreeHost(t)
	environ = slices.Concat(environ, p.environ, []string{"WATCHWORD_LISTEN=" + host, "WATCHWORD_DRAIN_DELAY=0s"})
	script := strings.Replace(guideScript(tour, host), "username=mike&", p.credentials, 1)
	out, err := harness.Script(t.Context(), t, dir, environ, djangosPython+script)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, step := range tour {
		var printed string
		printed, out, _ = strings.Cut(out, marker(i)+"\n")
		want := regexp.MustCompile("(?s)" + step.printed.String()) // an ellipsis may stand for lines
		if !want.MatchString(strings.TrimSpace(printed)) {
			t.Errorf("$ %s\ngot  %s\nwant %s", step.command, printed, want)
		}
	}
	there.wantContent(t)
}

// guideScript is the guide for a server at host, with a mark after each step.
func guideScript(tour []tourStep, host string) string {
	var script strings.Builder
	for i, step := range tour {
		command := strings.ReplaceAll(step.command, guideAddress, host)
		if strings.HasSuffix(command, "&") { // what it says is for its own log
			command = strings.TrimSuffix(command, "&") + ">serve.log 2>&1 &"
		}
		fmt.Fprintf(&script, "%s\necho; echo '%s'\n", command, marker(i))
	}
	return script.String()
}

// TestTheTableOfTheGuideNamesTests looks whether every cell names a test that there is, on the right database.
func TestTheTableOfTheGuideNamesTests(t *testing.T) {
	text, err := os.ReadFile("../docs/moving-from-django.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(source), -1) {
			known[found[1]] = true
		}
	}
	artefacts := []string{"hash: pbkdf2_sha256, pbkdf2_sha1, argon2, bcrypt_sha256, bcrypt, md5", "session", "CSRF cookie",
		"DRF token", "rest-authtoken row", "access JWT", "refresh JWT", "reset link", "confirmation key", "social account"}
	cell := regexp.MustCompile("^`(Test\\w+)(?:/\\w+)*/(sqlite|postgres)`$")
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		artefact := strings.TrimSpace(cells[0])
		if len(cells) != 5 || !slices.Contains(artefacts, artefact) {
			continue
		}
		artefacts = slices.DeleteFunc(artefacts, func(a string) bool { return a == artefact })
		for i, database := range []string{"sqlite", "postgres", "sqlite", "postgres"} {
			found := cell.FindStringSubmatch(strings.TrimSpace(cells[i+1]))
			if found == nil || !known[found[1]] || found[2] != database {
				t.Errorf("%s: %s names no test on %s", artefact, cells[i+1], database)
			}
		}
	}
	if len(artefacts) > 0 {
		t.Errorf("the table lacks %q", artefacts)
	}
}
