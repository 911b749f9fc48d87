package main

// migrateCommand brings the database up to date.
type migrateCommand struct {
	Plan bool `help:"Only print what would be done."`
}

// Run migrates, or prints what there is to migrate.
func (c *migrateCommand) Run(p *program) error {
	loaded, err := p.load()
	if err != nil {
		return err
	}
	store, err := connect(p.ctx, &loaded.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	plan, err := store.MigrationPlan(p.ctx)
	switch {
	case err != nil:
		return err
	case len(plan) == 0:
		p.printf("The database is up to date.\n")
		return nil
	case c.Plan:
		for _, migration := range plan {
			p.printf("-- %s\n%s\n", migration.Name, migration.SQL)
		}
		return nil
	}
	if err := store.Migrate(p.ctx); err != nil {
		return err
	}
	for _, migration := range plan {
		p.printf("Applied %s\n", migration.Name)
	}
	return nil
}
