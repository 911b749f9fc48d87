package tests

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// readmeAddress is where the README's server listens.
const readmeAddress = "127.0.0.1:8000"

// TestTheReadmesTour types the commands of the README's console blocks into a shell and compares what they print.
func TestTheReadmesTour(t *testing.T) {
	t.Parallel()
	harness.Program(t, "curl")
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	tour := consoleBlocks(string(text))
	if len(tour) < 10 {
		t.Fatalf("the README has %d commands in console blocks, want the tour", len(tour))
	}
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: map[string]any{}})
	out, err := server.Shell(t.Context(), tourScript(tour, server.Host))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, step := range tour {
		var printed string
		printed, out, _ = strings.Cut(out, marker(i)+"\n")
		if !step.printed.MatchString(strings.TrimSpace(printed)) {
			t.Errorf("$ %s\ngot  %s\nwant %s", step.command, printed, step.printed)
		}
	}
}

// tourStep is a command and what it must print.
type tourStep struct {
	command string
	printed *regexp.Regexp
}

// consoleBlocks returns the commands of a text's console blocks. An ellipsis stands for anything.
func consoleBlocks(text string) []tourStep {
	var steps []tourStep
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(text, -1) {
		for _, step := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, printed, _ := strings.Cut(step, "\n")
			pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(printed)), "…", ".*")
			steps = append(steps, tourStep{command, regexp.MustCompile("^" + pattern + "$")})
		}
	}
	return steps
}

// tourScript is the tour for a server at host, with a mark after each step. `go run .` is the program under test.
func tourScript(tour []tourStep, host string) string {
	var script strings.Builder
	script.WriteString("go() { shift 2; \"$WATCHWORD\" \"$@\"; }\n")
	for i, step := range tour {
		fmt.Fprintf(&script, "%s\necho; echo '%s'\n", strings.ReplaceAll(step.command, readmeAddress, host), marker(i))
	}
	return script.String()
}

func marker(i int) string { return fmt.Sprintf("-- step %d --", i+1) }
