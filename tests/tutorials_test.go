package tests

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
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
				places = []string{serviceAddress, startService(t, string(text), server.URL)}
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

// unreached is what Go says where it cannot fetch libraries.
var unreached = regexp.MustCompile(`dial tcp|module lookup disabled`)

// startService does what a tutorial says to start the Go program in it, beside the server at url, and returns where the
// program listens.
func startService(t *testing.T, text, url string) (address string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(block(t, text, "go")), 0o600); err != nil {
		t.Fatal(err)
	}
	address = harness.FreeHost(t)
	blocks := shellBlocks(text)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of shell commands, want the one that starts the program", len(blocks))
	}
	script := strings.NewReplacer("http://"+readmeAddress, url, serviceAddress, address).Replace(blocks[0].text)
	var out bytes.Buffer
	service := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	service.Dir, service.Stdout, service.Stderr = dir, &out, &out
	service.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	service.Cancel = func() error { return syscall.Kill(-service.Process.Pid, syscall.SIGKILL) }
	if err := service.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = service.Wait() // the test's context ends it, if nothing else does
	}()
	t.Cleanup(func() { <-ended })
	for patience := time.After(harness.Patience); ; {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return address
		}
		select {
		case <-ended:
			_, fetched := os.Stat(filepath.Join(dir, "go.sum"))
			if fetched != nil && unreached.Match(out.Bytes()) {
				harness.Missing(t, "the proxy of Go's modules")
			}
			t.Fatalf("the service did not start:\n%s", &out)
		case <-patience:
			t.Fatal("the service does not listen")
		case <-time.After(10 * time.Millisecond):
		}
	}
}
