package main

// clearSessionsCommand deletes the rows of sessions that have ended. A running server does so by itself.
//
// Source: django.contrib.sessions' clearsessions.
type clearSessionsCommand struct{}

// Run deletes in batches until nothing is left to delete.
func (*clearSessionsCommand) Run(p *program) error {
	_, store, err := p.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	_, err = sweepAll(p.ctx, store.DeleteExpiredSessions)
	return err
}
