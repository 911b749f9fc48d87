package bench

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTheProfileIsOfThisProgram looks for a profile that releases are built with although what it says is done most has
// other names by now: the compiler says nothing of that.
func TestTheProfileIsOfThisProgram(t *testing.T) {
	text, err := exec.CommandContext(t.Context(), "go", "tool", "preprofile", "-i", "server.pgo").Output()
	if err != nil {
		t.Fatalf("server.pgo cannot be read (%v); make profile writes it anew", err)
	}
	method := regexp.MustCompile(`^watchword/([a-z/]+)\.\(?\*?(\w+)\)?\.(\w+)$`)
	known, gone := 0, []string{}
	for line := range strings.Lines(string(text)) {
		name := method.FindStringSubmatch(strings.TrimSpace(line))
		if name == nil {
			continue
		}
		if defines(t, "../"+name[1], name[2], name[3]) {
			known++
		} else {
			gone = append(gone, name[0])
		}
	}
	if known < 10*len(gone) || known == 0 {
		t.Errorf("of the methods in server.pgo %d are there, and %d are not: %s; make profile writes it anew",
			known, len(gone), strings.Join(gone, ", "))
	}
}

// defines reports whether the package in a folder has a method of a type.
func defines(t *testing.T, folder, receiver, method string) bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func \((\w+ )?\*?` + receiver + `\b[^)]*\) ` + method + `\b`)
	files, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") {
			continue
		}
		source, err := os.ReadFile(folder + "/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(source) {
			return true
		}
	}
	return false
}
