package main

import (
	"watchword/settings"
)

// diffCommand prints settings and where they came from. Secrets are masked.
type diffCommand struct {
	All bool `help:"Print the defaults too."`
}

// Run prints a line for each setting.
func (c *diffCommand) Run(p *program) error {
	loaded, err := LoadSettings(p.settingsFile(), p.environ)
	if err != nil {
		p.complain(err)
	}
	for _, f := range settings.Describe(loaded.Settings) {
		origin := loaded.Report.Origin(f.Name)
		if c.All || origin.Kind != settings.Default {
			p.printf("%s = %s  # %s\n", f.Name, f.Value, origin)
		}
	}
	for _, ignored := range loaded.Report.Ignored {
		p.printf("# %s: not used by this version  # %s\n", ignored.Name, ignored.Origin)
	}
	if err != nil {
		return usageError{errReported}
	}
	return nil
}
