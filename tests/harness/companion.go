package harness

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"testing"
)

// Companion is a program beside the server that is told JSON, a line at a time, and says JSON.
type Companion struct {
	name   string
	stdin  io.Writer
	stdout *bufio.Scanner
}

// StartCompanion starts cmd, whose complaints go into the test's log. It is ended with the test.
func StartCompanion(t testing.TB, cmd *exec.Cmd) *Companion {
	t.Helper()
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // ends it
		_ = cmd.Wait()
	})
	return &Companion{name: cmd.String(), stdin: stdin, stdout: bufio.NewScanner(stdout)}
}

// Ask tells the program a line and reads what it says into answer.
func (c *Companion) Ask(t testing.TB, question, answer any) {
	t.Helper()
	data, err := json.Marshal(question)
	if err == nil {
		_, err = c.stdin.Write(append(data, '\n'))
	}
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	c.Hear(t, answer)
}

// Hear reads the next line that the program says.
func (c *Companion) Hear(t testing.TB, into any) {
	t.Helper()
	if !c.stdout.Scan() {
		t.Fatalf("%s is gone: %v", c.name, c.stdout.Err())
	}
	if err := json.Unmarshal(c.stdout.Bytes(), into); err != nil {
		t.Fatalf("%s said %q: %v", c.name, c.stdout.Text(), err)
	}
}
