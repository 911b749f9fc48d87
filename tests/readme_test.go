package tests

import (
	"fmt"
	"os"
	"path/filepath"
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
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: map[string]any{}})
	takeTour(t, server, string(text), 10)
}

// takeTour types the commands of a text's console blocks, of which there must be so many at least, into a shell beside
// server and compares what they print. Places are pairs of an address in the text and where that really is.
func takeTour(t *testing.T, server *harness.Server, text string, least int, places ...string) {
	t.Helper()
	tour := consoleBlocks(text)
	if len(tour) < least {
		t.Fatalf("%d commands in console blocks, want %d at least", len(tour), least)
	}
	out, err := server.Shell(t.Context(), t, tourScript(tour, append(places, readmeAddress, server.Host)))
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

// tourScript is the tour with its addresses replaced, pair by pair, and with a mark after each step. `go run .` is the
// program under test.
func tourScript(tour []tourStep, places []string) string {
	real := strings.NewReplacer(places...)
	var script strings.Builder
	script.WriteString("go() { shift 2; \"$WATCHWORD\" \"$@\"; }\n")
	for i, step := range tour {
		fmt.Fprintf(&script, "%s\necho; echo '%s'\n", real.Replace(step.command), marker(i))
	}
	return script.String()
}

func marker(i int) string { return fmt.Sprintf("-- step %d --", i+1) }

// TestLinksBetweenDocumentsLeadSomewhere follows the links of all documents to files of the repository.
func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../docs/*/*.md", "../bench/*.md", "clients/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d documents, %v", pattern, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range link.FindAllStringSubmatch(string(text), -1) {
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), found[1])); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
	}
}
