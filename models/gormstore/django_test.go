package gormstore_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// djangoModels are the models that plain Django and two of its packages have in common with us, column for column.
var djangoModels = []string{"contenttypes", "auth", "admin", "sessions", "sites", "authtoken", "token_blacklist"}

// django runs one of Django's management commands on a SQLite file and returns what it prints. The test is skipped
// where Python has no Django, or fails where CI=true promises that nothing is left out.
func django(t *testing.T, file string, args ...string) string {
	t.Helper()
	const python = "/usr/bin/python3" // the system's, which has Debian's packages
	if err := exec.Command(python, "-c", "import django, rest_framework_simplejwt").Run(); err != nil {
		const missing = "python3-django and python3-djangorestframework-simplejwt are missing: nothing was compared with Django"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	command := exec.CommandContext(t.Context(), python, append([]string{"testdata/manage.py", file}, args...)...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("django %v: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}

// objects sorts the objects of a fixture by model and key: Django has an order of models of its own.
func objects(t *testing.T, fixture string) []map[string]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal([]byte(fixture), &list); err != nil {
		t.Fatalf("%v in %s", err, fixture)
	}
	slices.SortStableFunc(list, func(a, b map[string]any) int {
		return strings.Compare(a["model"].(string), b["model"].(string))
	})
	return list
}

func TestDjangoReadsOurDatabaseAndOurDumps(t *testing.T) {
	dir := t.TempDir()
	ours, copied := filepath.Join(dir, "ours.sqlite3"), filepath.Join(dir, "copy.sqlite3")
	s := openMigrated(t, "sqlite:///"+ours)
	load(t, s, strings.ReplaceAll(everyModel, "05.123456Z", "05.120Z")) // Django writes milliseconds only
	want := dump(t, s, 0, djangoModels...)

	if pending := django(t, ours, "showmigrations", "--plan"); strings.Contains(pending, "[ ]") {
		t.Errorf("Django finds migrations to run:\n%s", pending)
	}
	got := django(t, ours, append([]string{"dumpdata"}, djangoModels...)...)
	if diff := cmp.Diff(objects(t, want), objects(t, got)); diff != "" {
		t.Errorf("Django dumps our database differently (-ours +Django's):\n%s", diff)
	}

	file := filepath.Join(dir, "dump.json")
	if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openMigrated(t, "sqlite:///"+copied)
	django(t, copied, "loaddata", file)
	if got := dump(t, s, 0, djangoModels...); got != want {
		t.Errorf("after Django loaded our dump, ours is\n%s\nwant\n%s", got, want)
	}
}
