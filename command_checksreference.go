package main

import (
	_ "embed"
	"os"
	"slices"
	"strings"
)

// checksHead is what stands before the table of findings.
//
//go:embed docs/checks_head.md
var checksHead string

// checksReferenceCommand writes docs/checks.md.
type checksReferenceCommand struct {
	Output string `required:"" placeholder:"FILE" help:"The file to write."`
}

// Run writes the file.
func (c *checksReferenceCommand) Run(*program) error {
	return os.WriteFile(c.Output, []byte(checksReference()), 0o644)
}

// checksReference returns the reference of all findings as Markdown.
func checksReference() string {
	list := rules()
	slices.SortFunc(list, func(a, b rule) int { return strings.Compare(a.id, b.id) })
	var b strings.Builder
	b.WriteString(checksHead)
	for _, r := range list {
		when := "always"
		if r.deploy {
			when = "`--deploy`"
		}
		b.WriteString("| `watchword." + r.id + "` | " + when + " | " + cell(r.text) + " |\n")
	}
	return b.String()
}
