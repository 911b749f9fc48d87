package outbox

import (
	"context"
	"time"
)

const (
	watchEvery = 30 * time.Second
	// lateAfter is the age of the oldest mail from which on the queue is worth a message.
	lateAfter = 2 * time.Minute
)

// watch tells when mails wait for long, until ctx ends.
func (w *Worker) watch(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	alarm := lateAfter
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			alarm = w.tellAge(ctx, alarm)
		}
	}
}

// tellAge logs how long the oldest mail has been waiting once that is more than alarm, and returns the age to tell of
// next: twice as much. When the queue has caught up it says so, and starts over.
func (w *Worker) tellAge(ctx context.Context, alarm time.Duration) time.Duration {
	waiting, oldest, err := w.queue.MailBacklog(ctx)
	if err != nil {
		return alarm // claim tells
	}
	age := time.Duration(0)
	if waiting > 0 {
		age = w.now().Sub(oldest)
	}
	switch {
	case age >= alarm:
		w.log.Warn("mails have been waiting for long", "waiting", waiting, "oldest", age.Round(time.Second).String())
		for alarm <= age {
			alarm *= 2
		}
	case age < lateAfter && alarm > lateAfter:
		w.log.Info("the mails that were waiting have gone out", "waiting", waiting)
		return lateAfter
	}
	return alarm
}
