package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"watchword/adopt"
	"watchword/models"
	"watchword/models/gormstore"
)

// adoptCommand takes up the database of a Django project: it makes this server's own tables there and leaves Django's
// alone.
type adoptCommand struct {
	Rehearse bool `help:"Change nothing; count what would work and what would not."`
	JSON     bool `help:"Print a report for programs."`
	Progress bool `help:"Say how far a rehearsal is, also where standard error is no terminal."`
}

// adoptReport is what the command says with --json.
type adoptReport struct {
	State     string            `json:"state"` // fit, unfit, adopted, already adopted
	Database  *adopt.Inspection `json:"database"`
	Rehearsal *adopt.Rehearsal  `json:"rehearsal,omitempty"`
}

// The states of a report.
const (
	stateFit     = "fit"
	stateUnfit   = "unfit"
	stateAdopted = "adopted"
	stateAlready = "already adopted"
)

// Run adopts, or says why that cannot be done. Nothing is changed then.
func (c *adoptCommand) Run(p *program) error {
	loaded, err := p.load()
	if err != nil {
		return err
	}
	store, err := connectThere(p.ctx, &loaded.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if c.Rehearse {
		return c.rehearse(p, loaded, store)
	}
	report := adoptReport{State: stateAdopted}
	err = store.Adopt(p.ctx, func(ctx context.Context) (models.Adoption, error) {
		if report.Database, err = adopt.Inspect(ctx, store, loaded.needs()); err != nil {
			return models.Adoption{}, err
		}
		if err := inspectSecretKey(ctx, &loaded.Settings, store, report.Database); err != nil {
			return models.Adoption{}, err
		}
		return adoptionOf(report.Database)
	})
	if errors.Is(err, models.ErrConflict) {
		report.State = stateAlready
		if report.Database, err = adopt.Inspect(p.ctx, store, loaded.needs()); err == nil {
			err = unfit(report.Database)
		}
	}
	if errors.Is(err, errUnfit) {
		report.State = stateUnfit
	} else if err != nil {
		return err
	}
	return c.say(p, report)
}

// inspectSecretKey adds to what was found whether SECRET_KEY is that of the project, as far as its sessions tell.
func inspectSecretKey(ctx context.Context, s *Settings, store *gormstore.Store, found *adopt.Inspection) error {
	verdict, err := adopt.CheckSecretKey(ctx, store, newExaminer(s), time.Now())
	if verdict != "" {
		found.Faults = append(found.Faults, adopt.Fault{Where: "SECRET_KEY", Problem: verdict})
	}
	return err
}

// adoptionOf is the note that is left in the database, or why there is to be none.
func adoptionOf(found *adopt.Inspection) (models.Adoption, error) {
	if err := unfit(found); err != nil {
		return models.Adoption{}, err
	}
	text, err := json.Marshal(found.Apps)
	version, _ := buildVersion()
	return models.Adoption{AdoptedAt: time.Now().UTC(), Server: version, Found: string(text)}, err
}

// say prints the report. A database that cannot be used is a failure, and so are settings that cannot be the project's.
func (c *adoptCommand) say(p *program, r adoptReport) error {
	if c.JSON {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		p.printf("%s\n", text)
	} else {
		p.sayInspection(r.Database)
		if r.Rehearsal != nil {
			p.sayRehearsal(r.Rehearsal)
		}
		switch r.State {
		case stateAdopted:
			p.printf("\nAdopted. Django's tables are as they were; the tables of this server begin with watchword_.\n")
		case stateAlready:
			p.printf("\nThis database was adopted before; nothing was to be done.\n")
		case stateFit, stateUnfit:
			p.printf("\nNothing was changed.\n")
		}
	}
	if r.State == stateUnfit || r.Rehearsal != nil && r.Rehearsal.Verdict != "" {
		return errReported
	}
	return nil
}

// sayInspection prints what the database is like.
func (p *program) sayInspection(found *adopt.Inspection) {
	for _, app := range found.Apps {
		latest, use := app.Latest, "used: "+app.Needed
		if latest == "" {
			latest = "not there"
		}
		if app.Needed == "" {
			use = "not used"
		}
		p.printf("%-16s %-55s %s\n", app.Name, latest, use)
	}
	for _, list := range []struct {
		title  string
		faults []adopt.Fault
	}{{"What is missing:", found.Faults}, {"What could be better:", found.Notes}} {
		if len(list.faults) > 0 {
			p.printf("\n%s\n", list.title)
		}
		for _, fault := range list.faults {
			p.printf("  %s\n", fault)
		}
	}
}

// connectThere opens a database that must be there already, and leaves it as it is.
func connectThere(ctx context.Context, s *Settings) (*gormstore.Store, error) {
	if file, ok := s.sqliteFile(); ok {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("DATABASE_URL: %w", err)
		}
	}
	cfg := unhurried(s.Database)
	cfg.KeepJournal = true
	return gormstore.Open(ctx, cfg)
}
