package tests

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A block of shell commands begins with one of these. What a console prints is compared; a block that cannot be run in a
// test says why behind the language, where readers of the page do not see it.
const (
	shellFence   = "sh"
	consoleFence = "console"
	untestedMark = "untested: "
)

// untested is how many blocks of a document are not run.
var untested = map[string]int{
	"docs/operations.md": 1,
}

// serviceTutorial is the document whose blocks TestTutorials runs to start the program in it.
const serviceTutorial = "docs/tutorials/go-service.md"

// toured are the documents whose consoles other tests follow.
var toured = []string{"README.md", "docs/moving-from-django.md", "docs/tutorials/api-client.md", serviceTutorial,
	"docs/tutorials/mobile.md", "docs/tutorials/spa.md"}

// shellBlock is a block of shell commands.
type shellBlock struct {
	text     string
	untested string // why it is not run; "" for one that is
}

// documents are all documents of the repository, by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"node_modules", "testdata"}, entry.Name())):
			return filepath.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		found[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil || len(found) < 30 {
		t.Fatalf("%d documents, %v", len(found), err)
	}
	return found
}

// fence is a block in a document: how deep it is indented, its language, what follows that, and its text.
var fence = regexp.MustCompile("(?ms)^( *)```(\\w*)([^\n`]*)\n(.*?)^ *```$")

// shellBlocks are the blocks of shell commands in a text.
func shellBlocks(text string) (blocks []shellBlock) {
	for _, found := range fence.FindAllStringSubmatch(text, -1) {
		if found[2] != shellFence {
			continue
		}
		indented := regexp.MustCompile("(?m)^" + found[1])
		reason, _ := strings.CutPrefix(strings.TrimSpace(found[3]), untestedMark)
		blocks = append(blocks, shellBlock{indented.ReplaceAllString(found[4], ""), reason})
	}
	return blocks
}

// TestEveryShellLineBelongsToATest looks whether every block of shell commands in every document is run by a test, or is
// one of the few that say why not.
func TestEveryShellLineBelongsToATest(t *testing.T) {
	all := documents(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		left := 0
		for _, found := range fence.FindAllStringSubmatch(all[name], -1) {
			language, info, first := found[2], strings.TrimSpace(found[3]), strings.SplitN(found[4], "\n", 2)[0]
			_, staged := scenes[name]
			staged = staged || name == serviceTutorial
			switch {
			case language == shellFence && strings.HasPrefix(info, untestedMark):
				left++
			case language == shellFence && info == "" && staged, language == consoleFence && slices.Contains(toured, name):
			case language == shellFence, language == consoleFence:
				t.Errorf("%s: no test runs %q", name, first)
			case slices.Contains([]string{"bash", "shell", "zsh"}, language):
				t.Errorf("%s: write sh or console, not %s, at %q", name, language, first)
			}
		}
		if left != untested[name] {
			t.Errorf("%s: %d blocks are not run, expected %d", name, left, untested[name])
		}
		if line := regexp.MustCompile(`(?m)^(    |\t)(curl|docker|go|make|npm|npx|python3?|watchword) .*`).FindString(all[name]); line != "" {
			t.Errorf("%s: a command in no block: %s", name, line)
		}
	}
	for name := range scenes {
		if all[name] == "" {
			t.Errorf("there is no %s", name)
		}
	}
}

// TestTheStaticBuildIsTheImages compares the command of the target static, which takes too long to be run, with the one
// that builds the image.
func TestTheStaticBuildIsTheImages(t *testing.T) {
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	options := regexp.MustCompile(`(?s)-tags '[^']*'.*?-extldflags "-static"'`)
	squeezed := func(text string) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(text, "\\\n", " ")), " ")
	}
	there := squeezed(options.FindString(string(dockerfile)))
	here := squeezed(options.FindString(string(makefile)))
	if here == "" || here != there {
		t.Errorf("the target builds with %s, the image with %s", here, there)
	}
}
