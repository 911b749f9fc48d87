package main

import (
	"context"
	"time"

	"watchword/schemes/token"
)

// clearCommand deletes the rows of opaque tokens and of confirmation links that have expired. A running server does so by
// itself.
//
// Source: django-rest-authtoken's clearexpiredauthtokens.
type clearCommand struct{}

// Run deletes in batches until nothing is left to delete.
func (*clearCommand) Run(p *program) error {
	loaded, store, err := p.openStore()
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	tokens, err := token.New(loaded.Tokens, store)
	if err != nil {
		return err
	}
	confirmations, err := newConfirmations(&loaded.Settings, store, nil, nil)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		name  string
		sweep func(ctx context.Context, now time.Time, limit int) (int, error)
	}{{"auth tokens", tokens.Sweep}, {"email confirmation tokens", confirmations.Sweep}} {
		total, err := sweepAll(p.ctx, kind.sweep)
		if err != nil {
			return err
		}
		p.printf("Successfully cleared %d %s\n", total, kind.name)
	}
	return nil
}

// sweepAll deletes what has expired by now, batch by batch, and returns how many rows that were.
func sweepAll(ctx context.Context, sweep func(ctx context.Context, now time.Time, limit int) (int, error)) (int, error) {
	total, now := 0, time.Now()
	for {
		n, err := sweep(ctx, now, flushBatch)
		total += n
		if err != nil || n < flushBatch {
			return total, err
		}
	}
}
