package main

// createUserCommand creates a user who is no administrator. It asks as createsuperuser does.
//
// Source: the admin of django-ai-kit-auth.
type createUserCommand struct {
	createCommand `embed:""`
}

// Run asks for what is not given and creates the user.
func (c *createUserCommand) Run(p *program) error {
	open, err := p.openAccounts()
	if err != nil {
		return err
	}
	defer func() { _ = open.store.Close() }()
	wanted, err := c.wanted(p, open)
	if err != nil {
		return err
	}
	u, err := open.service.CreateUser(p.ctx, wanted)
	if err != nil {
		return notCreated(err)
	}
	p.printf("User '%s' created successfully.\n", u.Username)
	return nil
}
