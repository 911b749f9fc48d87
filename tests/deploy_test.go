package tests

import (
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"watchword/tests/harness"
)

// replaced replaces pairs of texts in another, in which each of them must be.
func replaced(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			t.Fatalf("there is no %q in %s", pair[0], text)
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return text
}

// TestTheUnitIsUnderstood has systemd read the unit in deploy/.
func TestTheUnitIsUnderstood(t *testing.T) {
	t.Parallel()
	harness.Program(t, "systemd-analyze")
	unit := filepath.Join(t.TempDir(), "watchword.service")
	text := replaced(t, deployedFile(t, "watchword.service"), "/usr/local/bin/watchword serve", "/bin/true serve")
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const verify = `said=$(systemd-analyze verify "$UNIT" 2>&1); echo "$said"; test -z "$(echo "$said" | grep watchword.service)"`
	if out, err := harness.Script(t.Context(), t, t.TempDir(), []string{"UNIT=" + unit}, verify); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// composeFile is as much of compose.yaml as is looked at here.
type composeFile struct {
	Services map[string]struct {
		Environment map[string]string
		Volumes     []string
		DependsOn   map[string]struct{} `yaml:"depends_on"`
	}
	Volumes map[string]any
}

// TestTheComposeFileFitsTogether starts a check of the settings with the environment of the container, and looks whether
// everything that services name is there.
func TestTheComposeFileFitsTogether(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(root, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file composeFile
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for name, service := range file.Services {
		for other := range service.DependsOn {
			if _, there := file.Services[other]; !there {
				t.Errorf("%s depends on %s, which is no service", name, other)
			}
		}
		for _, volume := range service.Volumes {
			if volume, _, _ = strings.Cut(volume, ":"); !slices.Contains(slices.Collect(maps.Keys(file.Volumes)), volume) {
				t.Errorf("%s has the volume %s, which is not declared", name, volume)
			}
		}
	}
	environ := []string{"WATCHWORD_SECRET_KEY=" + harness.SecretKey}
	for name, value := range file.Services["watchword"].Environment {
		environ = append(environ, name+"="+strings.ReplaceAll(value, "${POSTGRES_PASSWORD:-only-for-trying}", "only-for-trying"))
	}
	if out, err := harness.Script(t.Context(), t, t.TempDir(), environ, `"$WATCHWORD" check`); err != nil || len(environ) < 5 {
		t.Errorf("%d variables: %v\n%s", len(environ), err, out)
	}
}

// TestWhatTheProgramHoldsGoesToTheBuilder compares what is compiled into the program with what .dockerignore keeps from the
// build of the image.
func TestWhatTheProgramHoldsGoesToTheBuilder(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	rules := strings.Split(string(data), "\n")
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		`{{if and .Module .Module.Main}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}} {{end}}{{range .EmbedFiles}}{{$dir}}/{{.}} {{end}}{{end}}`, module)
	out, err := list.Output()
	files := strings.Fields(string(out))
	if err != nil || len(files) < 200 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, err := filepath.Rel(here, file)
		if err != nil {
			t.Fatal(err)
		}
		if keptBack(rules, filepath.ToSlash(name)) {
			t.Errorf("%s is compiled into the program, and .dockerignore keeps it from the builder", name)
		}
	}
	if !keptBack(rules, "docs/operations.md") || !keptBack(rules, "tests/main_test.go") {
		t.Error("documents go to the builder: this test does not read the rules")
	}
}

// keptBack reports whether rules keep a file from the builder: the last rule that fits it or a folder above it says so.
func keptBack(rules []string, file string) (kept bool) {
	for _, rule := range rules {
		pattern, included := strings.CutPrefix(rule, "!")
		pattern, anywhere := strings.CutPrefix(pattern, "**/")
		for name := file; name != "."; name = path.Dir(name) {
			text := name
			if anywhere {
				text = path.Base(name)
			}
			if fits, err := path.Match(pattern, text); err == nil && fits {
				kept = !included
			}
		}
	}
	return kept
}
