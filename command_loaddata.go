package main

import (
	"errors"
	"io"
	"os"

	"watchword/audit"
	"watchword/models"
)

// loadCommand loads rows from Django fixtures.
//
// Source: Django's loaddata.
type loadCommand struct {
	Files []string `arg:"" name:"file" help:"JSON fixtures; - is standard input."`
}

// Run loads all files in one transaction.
func (c *loadCommand) Run(p *program) (err error) {
	loaded, err := p.load()
	if err != nil {
		return err
	}
	readers := make([]io.Reader, len(c.Files))
	for i, name := range c.Files {
		if name == "-" {
			readers[i] = p.stdin
			continue
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		readers[i] = file
	}
	loaded.Database = unhurried(loaded.Database)
	store, err := openStore(p.ctx, &loaded.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	n, err := store.LoadFixtures(p.ctx, readers...)
	if err != nil {
		return err
	}
	if err := audit.New(loaded.Audit, store).Record(p.ctx, models.Deed{Event: models.AuditRowsLoaded}); err != nil {
		return err
	}
	p.printf("Installed %d object(s) from %d fixture(s)\n", n, len(c.Files))
	return nil
}
