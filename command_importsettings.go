package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"watchword/settings"
)

// importCommand makes a settings file of the settings of a Django project.
type importCommand struct {
	File   string `arg:"" help:"The project's settings as JSON; docs/moving-from-django.md says how to print them."`
	Output string `default:"watchword.yaml" placeholder:"FILE" help:"The settings file to write (default: watchword.yaml)."`
	Force  bool   `help:"Write over a file that is there."`
}

// Run writes the file and says, line by line, what became of each setting.
func (c *importCommand) Run(p *program) error {
	django, err := readDjangoSettings(c.File)
	if err != nil {
		return usageError{err}
	}
	made, loaded, err := translate(django)
	if err != nil {
		return err
	}
	text, err := made.yaml()
	if err != nil {
		return err
	}
	if err := c.write(text, holdsSecrets(loaded)); err != nil {
		return err
	}
	for _, line := range made.lines {
		p.printf("%s\n", strings.TrimRight(fmt.Sprintf("%-15s %-45s %s", line.verdict, line.setting, line.text), " "))
	}
	p.printf("\nWrote %s. Look at it with: watchword --settings %s diffsettings\n", c.Output, c.Output)
	return nil
}

// write makes the file, for its owner only if it holds secrets.
func (c *importCommand) write(text []byte, secret bool) error {
	mode := fs.FileMode(0o644)
	if secret {
		mode = 0o600
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Force {
		if err := os.Remove(c.Output); err != nil && !errors.Is(err, fs.ErrNotExist) { // its mode is to be another
			return err
		}
	}
	file, err := os.OpenFile(c.Output, flags, mode)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s is there already; --force writes over it", c.Output)}
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// holdsSecrets reports whether a secret was read from the file.
func holdsSecrets(loaded *Loaded) bool {
	for _, field := range settings.Describe(loaded.Settings) {
		if field.Secret && loaded.Report.Origin(field.Name).Kind == settings.File {
			return true
		}
	}
	return false
}
