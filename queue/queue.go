// Package queue is what the workers have in common that send what waits in a table: they take the next row that is due
// under a lease, so that of several servers one sends it, and wait when there is none.
package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"math/big"
	"time"

	"watchword/models"
)

// Config says what a Taker takes. All of it must be set.
type Config[T any] struct {
	// Claim takes the next row that is due, until leaseEnd; models.ErrNotFound if none is.
	Claim func(ctx context.Context, now, leaseEnd time.Time) (*T, error)
	// Lease is how long a row is kept from others.
	Lease time.Duration
	// Poll is how often to look when nobody says that there is something new.
	Poll time.Duration
	// Wake says that there is something new.
	Wake <-chan struct{}
	// Now is the clock.
	Now func() time.Time
	// Log hears when the queue cannot be read, and when it can be again; it calls the rows What, as in "mails".
	Log  *slog.Logger
	What string
}

// Taker takes rows. It must be used by one goroutine at a time.
type Taker[T any] struct {
	cfg    Config[T]
	broken bool // the queue could not be read the last time
}

// NewTaker returns a Taker.
func NewTaker[T any](cfg Config[T]) *Taker[T] { return &Taker[T]{cfg: cfg} }

// Next takes the next row, or nil. It is not cut short when ctx ends: a row that was claimed and that nobody knows of would
// have to wait for the end of its lease. A database that cannot be asked is asked again later.
func (t *Taker[T]) Next(ctx context.Context) *T {
	now := t.cfg.Now().UTC()
	row, err := t.cfg.Claim(context.WithoutCancel(ctx), now, now.Add(t.cfg.Lease))
	if errors.Is(err, models.ErrNotFound) {
		row, err = nil, nil
	}
	if broken := err != nil; broken != t.broken {
		t.broken = broken
		if broken {
			t.cfg.Log.Error("the queue of "+t.cfg.What+" cannot be read; none are sent until it can", "error", err)
		} else {
			t.cfg.Log.Info("the queue of " + t.cfg.What + " can be read again")
		}
	}
	return row
}

// Wait waits until there is something new, it is time to look, or ctx ends.
func (t *Taker[T]) Wait(ctx context.Context) {
	timer := time.NewTimer(t.cfg.Poll)
	defer timer.Stop()
	select {
	case <-t.cfg.Wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Jittered is d or up to a quarter less, at random, so that those that failed together do not return together.
func Jittered(d time.Duration) time.Duration {
	less, err := rand.Int(rand.Reader, big.NewInt(max(int64(d)/4, 1)))
	if err != nil { // never happens
		return d
	}
	return d - time.Duration(less.Int64())
}
