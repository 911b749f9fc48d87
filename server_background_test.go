package main

import (
	"context"
	"testing"
)

func TestTasksFinishWhatTheyHaveBegun(t *testing.T) {
	release := make(chan struct{})
	finished := false
	b := startBackground([]task{
		func(ctx context.Context) { <-ctx.Done() },
		func(ctx context.Context) {
			<-ctx.Done()
			<-release
			finished = true
		},
	})
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if b.stop(impatient) {
		t.Error("stop did not wait for the task, and says that it has returned")
	}
	close(release)
	if !b.stop(t.Context()) || !finished {
		t.Error("the task was not waited for")
	}
	if !startBackground(nil).stop(t.Context()) {
		t.Error("no tasks were waited for")
	}
}
