package harness

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Shell runs a script of the POSIX shell in the server's folder and environment and returns what it printed, standard
// error included. The script finds the program's path in $WATCHWORD. What it prints, and the logs that it leaves in the
// folder, are searched as the logs of servers are.
func (s *Server) Shell(ctx context.Context, t testing.TB, script string) (string, error) {
	t.Helper()
	return run(ctx, t, s.Dir, s.environ, script)
}

// Script is [Server.Shell] without a server, in a folder and with further variables of the environment.
func Script(ctx context.Context, t testing.TB, dir string, environ []string, script string) (string, error) {
	t.Helper()
	return run(ctx, t, dir, slices.Concat(inherited(), environ), script)
}

func run(ctx context.Context, t testing.TB, dir string, environ []string, script string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(ctx, "sh", "-e")
	program := "WATCHWORD=" + os.Getenv(binaryVariable)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, slices.Concat(environ, []string{program}), strings.NewReader(script)
	cmd.WaitDelay = 5 * time.Second // what runs on in the background may have its output, and must not keep us
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.CombinedOutput()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it has left running in the background, if anything
	}
	searchScript(t, dir, string(out), environ)
	return string(out), err
}
