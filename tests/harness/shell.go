package harness

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Shell runs a script of the POSIX shell in the server's folder and environment and returns what it printed, standard
// error included. The script finds the program's path in $WATCHWORD.
func (s *Server) Shell(ctx context.Context, script string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-e")
	program := "WATCHWORD=" + os.Getenv(binaryVariable)
	cmd.Dir, cmd.Env, cmd.Stdin = s.Dir, slices.Concat(s.environ, []string{program}), strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
