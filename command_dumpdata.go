package main

import (
	"bufio"
	"errors"
)

// dumpCommand prints rows as a Django fixture.
//
// Source: Django's dumpdata.
type dumpCommand struct {
	Models []string `arg:"" optional:"" name:"model" help:"Models (auth.user) or apps (auth); all of them when none is named."`
	Indent int      `placeholder:"N" help:"Spaces for each level; without it everything is on one line."`
}

// Run prints the rows.
func (c *dumpCommand) Run(p *program) (err error) {
	_, store, err := p.openStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	out := bufio.NewWriter(p.stdout)
	if err := store.DumpFixtures(p.ctx, out, c.Models, c.Indent); err != nil {
		return err
	}
	return out.Flush()
}
