package main

import (
	"fmt"
)

// checkCommand looks for mistakes in the settings.
//
// Source: Django's check, whose form of ids and whose --deploy it has.
type checkCommand struct {
	Deploy bool `help:"Also look for what is fine while developing and unwise in production."`
}

// Run prints the findings, and fails if one of them is an error.
func (c *checkCommand) Run(p *program) error {
	loaded, err := LoadSettings(p.settingsFile(), p.environ)
	if err == nil {
		err = loaded.fillSecretKey(false)
	}
	if err == nil {
		err = loaded.checkKeys()
	}
	if err != nil {
		p.complain(err)
		return usageError{errReported}
	}
	findings := loaded.findings(c.Deploy)
	broken := false
	for _, f := range findings {
		_, _ = fmt.Fprintf(p.stderr, "?: (%s) %s\n", f.ID, f.Text)
		broken = broken || f.isError()
	}
	p.printf("System check identified %s.\n", counted(len(findings)))
	if broken {
		return errReported
	}
	return nil
}

// counted says how many issues there are.
func counted(n int) string {
	switch n {
	case 0:
		return "no issues"
	case 1:
		return "1 issue"
	}
	return fmt.Sprintf("%d issues", n)
}
