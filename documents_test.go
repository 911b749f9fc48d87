package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestCommandsThatDocumentsNameExist reads every command line of ours that stands in a sentence. Those in blocks are run by
// the black-box tests.
func TestCommandsThatDocumentsNameExist(t *testing.T) {
	span := regexp.MustCompile("`watchword ([a-z][^`]*)`")
	found := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, line := range span.FindAllStringSubmatch(string(text), -1) {
			found++
			parser, err := kong.New(&commands{}, kong.Name("watchword"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
			if err != nil {
				return err
			}
			if _, err := parser.Parse(strings.Fields(line[1])); err != nil {
				t.Errorf("%s: watchword %s: %v", path, line[1], err)
			}
		}
		return err
	})
	if err != nil || found < 10 {
		t.Errorf("%d commands, %v", found, err)
	}
}
