package main

import (
	"context"
	"sync"
)

// task is work that goes on beside the requests until ctx ends. It then finishes what it has begun, and returns.
type task func(ctx context.Context)

// background is the tasks that run.
type background struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when all have returned
}

// startBackground starts tasks.
func startBackground(tasks []task) *background {
	ctx, cancel := context.WithCancel(context.Background())
	b := &background{cancel: cancel, done: make(chan struct{})}
	var running sync.WaitGroup
	for _, run := range tasks {
		running.Go(func() { run(ctx) })
	}
	go func() {
		running.Wait()
		close(b.done)
	}()
	return b
}

// stop ends the tasks and waits for them, at most until ctx ends. It reports whether all have returned.
func (b *background) stop(ctx context.Context) bool {
	b.cancel()
	select {
	case <-b.done:
		return true
	case <-ctx.Done():
		return false
	}
}
