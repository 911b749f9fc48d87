package harness

import (
	"os"
	"os/exec"
	"testing"
)

// Missing ends a test that needs something this machine does not have: it is skipped at a desk, and fails in CI,
// where everything must be there.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and CI must run every test", what)
	}
	t.Skipf("%s is missing", what)
}

// Program finds a program, or ends the test with [Missing].
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, "the program "+name)
	}
	return path
}
