package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// result is what a command line did.
type result struct {
	code     int
	out, err string
}

// workplace is a folder of its own for a test, with the environment that makes every command use it.
type workplace struct {
	dir     string
	environ []string
}

func newWorkplace(t testing.TB, environ ...string) *workplace {
	dir := t.TempDir()
	return &workplace{dir: dir, environ: append([]string{"WATCHWORD_DATA_DIR=" + filepath.Join(dir, "data")}, environ...)}
}

// run carries out a command line that reads stdin.
func (w *workplace) run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), args, w.environ, strings.NewReader(stdin), &out, &err)
	return result{code, out.String(), err.String()}
}

// must carries out a command line that must work and returns what it printed.
func (w *workplace) must(t *testing.T, args ...string) string {
	t.Helper()
	got := w.run(t, "", args...)
	if got.code != exitOK {
		t.Fatalf("watchword %s: exit code %d\n%s", strings.Join(args, " "), got.code, got.err)
	}
	return got.out
}

// write makes a file in the workplace.
func (w *workplace) write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// expect compares a result; texts must occur in what was printed.
func (r result) expect(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", r.code, code, r.out, r.err)
	}
	for _, text := range texts {
		if !strings.Contains(r.out+r.err, text) {
			t.Errorf("%q is not in\n%s%s", text, r.out, r.err)
		}
	}
}

func TestHelpFitsAScreen(t *testing.T) {
	got := newWorkplace(t).run(t, "", "--help")
	got.expect(t, exitOK, "Usage: watchword", "createsuperuser", "healthcheck")
	if lines := strings.Count(got.out, "\n"); lines > 36 {
		t.Errorf("help has %d lines", lines)
	}
	if strings.Contains(got.out, "settings-reference") {
		t.Error("help shows a command that is not for users")
	}
}

func TestAWrongCommandLineIsExitCode2(t *testing.T) {
	for _, args := range [][]string{{"bogus"}, {"serve", "--bogus"}, {"changepassword"}, {"loaddata"}} {
		newWorkplace(t).run(t, "", args...).expect(t, exitUsage, "watchword: ")
	}
}

func TestWrongSettingsAreExitCode2AndToldTogether(t *testing.T) {
	w := newWorkplace(t, "WATCHWORD_LISTEN=nowhere", "WATCHWORD_SIMPLE_JWT__LEEWAY=-5", "WATCHWORD_BOGUS=1")
	for _, command := range []string{"serve", "migrate", "check", "flushexpiredtokens", "keys", "healthcheck"} {
		got := w.run(t, "", command)
		got.expect(t, exitUsage, "LISTEN: must be host:port", "SIMPLE_JWT.LEEWAY: ", "BOGUS: environment WATCHWORD_BOGUS: unknown setting")
	}
}

func TestVersionNamesGo(t *testing.T) {
	newWorkplace(t).run(t, "", "version").expect(t, exitOK, "watchword ", " go1.")
}

func TestMigratePlanChangesNothing(t *testing.T) {
	w := newWorkplace(t)
	plan := w.must(t, "migrate", "--plan")
	if !strings.Contains(plan, "CREATE TABLE") || plan != w.must(t, "migrate", "--plan") {
		t.Errorf("the plan is %q", plan)
	}
	if got := w.must(t, "migrate"); !strings.Contains(got, "Applied ") {
		t.Errorf("got %q", got)
	}
	if got := w.must(t, "migrate"); got != "The database is up to date.\n" {
		t.Errorf("got %q", got)
	}
}

func TestFixturesComeOutAsTheyWentIn(t *testing.T) {
	w := newWorkplace(t)
	w.write(t, "students.json", `[{"model": "students.student", "pk": 4, "fields":
		{"first_name": "Ada", "last_name": "L", "email": "ada@example.com", "classroom": "1a"}}]`)
	if got := w.must(t, "loaddata", filepath.Join(w.dir, "students.json")); got != "Installed 1 object(s) from 1 fixture(s)\n" {
		t.Errorf("got %q", got)
	}
	dumped := w.must(t, "dumpdata", "students")
	other := newWorkplace(t)
	other.run(t, dumped, "loaddata", "-").expect(t, exitOK, "Installed 1 object(s)")
	if got := other.must(t, "dumpdata", "students"); got != dumped || !strings.Contains(got, "Ada") {
		t.Errorf("got %q, want %q", got, dumped)
	}
	if got := w.must(t, "dumpdata", "students.student", "--indent", "2"); !strings.Contains(got, "\n  \"model\"") {
		t.Errorf("not indented: %q", got)
	}
	w.run(t, `[{"model": "no.such", "fields": {}}]`, "loaddata", "-").expect(t, exitFailed, "no.such")
	w.run(t, "", "loaddata", "/nowhere.json").expect(t, exitFailed, "/nowhere.json")
	w.run(t, "", "dumpdata", "bogus").expect(t, exitFailed, "bogus")
}

func TestFlushDeletesExpiredTokensOnly(t *testing.T) {
	w := newWorkplace(t)
	w.run(t, `[
		{"model": "token_blacklist.outstandingtoken", "pk": 1, "fields": {"user": null, "jti": "old", "token": "x",
			"created_at": null, "expires_at": "2020-01-01T00:00:00Z"}},
		{"model": "token_blacklist.blacklistedtoken", "pk": 1, "fields": {"token": 1, "blacklisted_at": "2020-01-01T00:00:00Z"}},
		{"model": "token_blacklist.outstandingtoken", "pk": 2, "fields": {"user": null, "jti": "new", "token": "y",
			"created_at": null, "expires_at": "2199-01-01T00:00:00Z"}}]`, "loaddata", "-").expect(t, exitOK)
	if got := w.must(t, "flushexpiredtokens"); got != "Deleted 1 expired tokens.\n" {
		t.Errorf("got %q", got)
	}
	if got := w.must(t, "dumpdata", "token_blacklist"); strings.Contains(got, `"old"`) || !strings.Contains(got, `"new"`) {
		t.Errorf("left over: %s", got)
	}
}

func TestDiffSettingsMasksSecretsAndNamesOrigins(t *testing.T) {
	w := newWorkplace(t, "WATCHWORD_SECRET_KEY=hush-hush", "WATCHWORD_SIMPLE_JWT__LEEWAY=5", "WATCHWORD_SOCIALACCOUNT_ADAPTER=mail")
	file := w.write(t, "settings.yaml", "LISTEN: 127.0.0.1:9\n")
	got := w.run(t, "", "diffsettings", "--settings", file)
	got.expect(t, exitOK, `SECRET_KEY = ********  # environment WATCHWORD_SECRET_KEY`,
		`SIMPLE_JWT.LEEWAY = "5s"  # environment WATCHWORD_SIMPLE_JWT__LEEWAY`, `LISTEN = "127.0.0.1:9"  # `+file+":1",
		"# SOCIALACCOUNT_ADAPTER: not used by this version")
	if strings.Contains(got.out, "hush") || strings.Contains(got.out, "ALGORITHM") {
		t.Errorf("shows too much:\n%s", got.out)
	}
	if all := w.must(t, "diffsettings", "--all"); !strings.Contains(all, `SIMPLE_JWT.ALGORITHM = "RS256"  # default`) {
		t.Errorf("--all leaves out defaults:\n%s", all)
	}
}

func TestTheReferencesAreCurrent(t *testing.T) {
	for path, text := range map[string]string{"docs/settings.md": settingsReference(), "docs/checks.md": checksReference()} {
		committed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(committed) != text {
			t.Errorf("%s is out of date; run: go generate .", path)
		}
	}
}
