package main

// flushBatch is how many rows are deleted in one transaction, so that others do not wait long.
const flushBatch = 1000

// flushCommand deletes the rows of refresh tokens that have ended, and of their blacklisting and families.
//
// Source: rest_framework_simplejwt's flushexpiredtokens.
type flushCommand struct{}

// Run deletes in batches until nothing is left to delete.
func (*flushCommand) Run(p *program) error {
	_, store, err := p.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	total, err := sweepAll(p.ctx, store.DeleteExpiredTokens)
	if err != nil {
		return err
	}
	if _, err := sweepAll(p.ctx, store.DeleteExpiredFamilies); err != nil {
		return err
	}
	p.printf("Deleted %d expired tokens.\n", total)
	return nil
}
