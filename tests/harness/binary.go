// Package harness starts and stops the real server for the black-box tests: the built binary, a database of its own,
// a folder of its own, settings by environment and file, as an operator would.
package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// binaryVariable names the binary under test. Set it to test one that is built already.
const binaryVariable = "WATCHWORD_TEST_BINARY"

// Build builds the server and puts its path into the environment, where [Start] finds it; the race detector is in it
// when it is in the tests. The function that it returns removes the binary. A binary that the environment names
// already is used as it is.
func Build(ctx context.Context) (remove func(), err error) {
	if os.Getenv(binaryVariable) != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "watchword-binary-")
	if err != nil {
		return nil, err
	}
	remove = func() {
		_ = os.Unsetenv(binaryVariable)
		_ = os.RemoveAll(dir) // a folder left in the temporary folder harms nobody
	}
	path := filepath.Join(dir, "watchword")
	args := append([]string{"build", "-o", path}, buildFlags()...)
	if out, err := exec.CommandContext(ctx, "go", append(args, "watchword")...).CombinedOutput(); err != nil {
		remove()
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return remove, os.Setenv(binaryVariable, path)
}
