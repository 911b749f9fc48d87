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

// deployed returns a copy of a file of deploy/ in which pairs of texts are replaced, each of which must be there.
func deployed(t *testing.T, name string, pairs ...string) (copied string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			t.Fatalf("%s has no %q", name, pair[0])
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	copied = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// TestDeployedFilesAreUnderstood has each file in deploy/ read by the program that it is for.
func TestDeployedFilesAreUnderstood(t *testing.T) {
	t.Parallel()
	understood := func(t *testing.T, script string, environ ...string) {
		t.Helper()
		if out, err := harness.Script(t.Context(), t.TempDir(), environ, script); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
	t.Run("systemd", func(t *testing.T) {
		t.Parallel()
		harness.Program(t, "systemd-analyze")
		unit := deployed(t, "watchword.service", "/usr/local/bin/watchword serve", "/bin/true serve")
		understood(t, `said=$(systemd-analyze verify "$UNIT" 2>&1); echo "$said"; test -z "$(echo "$said" | grep watchword.service)"`, "UNIT="+unit)
	})
	t.Run("nginx", func(t *testing.T) {
		t.Parallel()
		harness.Program(t, "nginx")
		harness.Program(t, "openssl")
		site := deployed(t, "nginx.conf", "listen 80;", "listen "+harness.FreeHost(t)+";", "listen 443 ssl;", "listen "+harness.FreeHost(t)+" ssl;",
			"/etc/ssl/auth.example.com.pem", "cert.pem", "/etc/ssl/auth.example.com.key", "key.pem")
		understood(t, `
			openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=auth.example.com 2>/dev/null
			cp "$SITE" site.conf
			echo "pid nginx.pid; error_log stderr; events {} http { include site.conf; }" > nginx.conf
			nginx -t -p "$PWD" -c nginx.conf`, "SITE="+site)
	})
	t.Run("Caddy", func(t *testing.T) {
		t.Parallel()
		harness.Program(t, "caddy")
		understood(t, `HOME=$PWD caddy validate --adapter caddyfile --config "$SITE"`, "SITE="+deployed(t, "Caddyfile"))
	})
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
	if out, err := harness.Script(t.Context(), t.TempDir(), environ, `"$WATCHWORD" check`); err != nil || len(environ) < 5 {
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
