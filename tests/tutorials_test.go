package tests

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"watchword/tests/harness"
)

// serviceAddress is where the service of a tutorial listens.
const serviceAddress = "127.0.0.1:9000"

// TestTutorials follows every tutorial: the server with the settings in it, its Go program, and its commands.
func TestTutorials(t *testing.T) {
	t.Parallel()
	harness.Program(t, "curl")
	files, err := filepath.Glob("../docs/tutorials/*.md")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d tutorials, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var settings map[string]any
			if err := yaml.Unmarshal([]byte(block(t, string(text), "yaml")), &settings); err != nil {
				t.Fatal(err)
			}
			server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings})
			var places []string
			if strings.Contains(string(text), "```go\n") {
				places = []string{serviceAddress, startService(t, block(t, string(text), "go"), server.URL)}
			}
			takeTour(t, server, string(text), 5, places...)
		})
	}
}

// block returns the first block of a language in a text.
func block(t *testing.T, text, language string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no block of %s", language)
	}
	return found[1]
}

// startService builds a program with the libraries of this module, starts it beside the server at url, and returns where
// it listens.
func startService(t *testing.T, source, url string) (address string) {
	t.Helper()
	dir := t.TempDir()
	file, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "service")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address = harness.FreeHost(t)
	service := exec.CommandContext(t.Context(), binary)
	service.Env = append(os.Environ(), "JWKS_URL="+url+"/.well-known/jwks.json", "LISTEN="+address)
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Wait() }) // the test's context has ended it
	for deadline := time.Now().Add(harness.Patience); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatalf("the service does not listen: %v", err)
		}
	}
}
