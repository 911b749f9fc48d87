package main

import (
	_ "embed"
	"os"
	"slices"
	"strings"

	"watchword/settings"
)

// referenceHead is what stands before the tables.
//
//go:embed docs/settings_head.md
var referenceHead string

// referenceCommand writes docs/settings.md.
type referenceCommand struct {
	Output string `required:"" placeholder:"FILE" help:"The file to write."`
}

// Run writes the file.
func (c *referenceCommand) Run(*program) error {
	return os.WriteFile(c.Output, []byte(settingsReference()), 0o644)
}

// settingsReference returns the reference of all settings as Markdown.
func settingsReference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	safe, exact := settings.Describe(DefaultSettings(Safe)), settings.Describe(DefaultSettings(Exact))
	for _, group := range groupsOf(safe) {
		writeGroupHead(&b, group)
		for i, f := range safe {
			if groupOf(f.Name) == group {
				cells := []string{"`" + f.Name + "`", f.Type, shownDefault(f, exact[i].Value), cell(f.Help)}
				b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
			}
		}
	}
	b.WriteString("\n" + laterReference())
	return b.String()
}

// groupsOf returns the groups of the fields, that without a name first.
func groupsOf(fields []settings.Field) []string {
	groups := []string{""}
	for _, f := range fields {
		if group := groupOf(f.Name); !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups
}

// groupOf returns what stands before the dot in a name, or nothing.
func groupOf(name string) string {
	group, _, nested := strings.Cut(name, ".")
	if !nested {
		return ""
	}
	return group
}

// writeGroupHead begins a table.
func writeGroupHead(b *strings.Builder, group string) {
	title := "General"
	if group != "" {
		title = "`" + group + "`"
	}
	b.WriteString("\n## " + title + "\n\n| setting | type | default | meaning |\n|---|---|---|---|\n")
}

// shownDefault writes the default, and that of the exact mode where it differs. The only secret that has a default is
// the URL of the database.
func shownDefault(f settings.Field, exact string) string {
	switch f.Value {
	case settings.Mask:
		return "`\"" + DefaultSettings(Safe).Database.URL + "\"`"
	case exact:
		return "`" + cell(f.Value) + "`"
	}
	return "`" + cell(f.Value) + "`; exact: `" + cell(exact) + "`"
}

// cell makes text fit for a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// laterReference lists the names that are accepted and have no effect.
func laterReference() string {
	return "## Accepted without effect\n\n" +
		"These belong to parts that this version does not have yet. They are accepted with a warning, so that a settings\n" +
		"file written for the whole can be used. A star stands for any ending that is not in a table above.\n\n" +
		"- `" + strings.Join(laterSettings[:], "`\n- `") + "`\n"
}
