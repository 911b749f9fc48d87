package outbox

import (
	"sync"
	"time"

	"watchword/queue"
)

// firstPause is how long to wait before the mail server is tried for the second time.
const firstPause = time.Second

// outage remembers whether mails can be sent at all. The zero value with a max is: they can. Safe for concurrent use.
type outage struct {
	max time.Duration // the longest pause between two tries

	mutex sync.Mutex
	since time.Time // when it began; zero: there is none
	next  time.Time // when to try again
	tries int
}

// on reports whether there is an outage.
func (o *outage) on() bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return !o.since.IsZero()
}

// until is when to try next; a time in the past for at once.
func (o *outage) until() time.Time {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.next
}

// begin notes that a try at now failed, and returns how long to wait; first says whether the outage is news. Those that
// tried at the same time and failed too count as one.
func (o *outage) begin(now time.Time) (pause time.Duration, first bool) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.next.After(now) {
		return o.next.Sub(now), false
	}
	if first = o.since.IsZero(); first {
		o.since = now
	}
	o.tries++
	pause = queue.Jittered(min(doubled(firstPause, o.tries), o.max))
	o.next = now.Add(pause)
	return pause, first
}

// over notes that a mail was sent, and returns how long there was an outage until now; 0 if there was none.
func (o *outage) over(now time.Time) (lasted time.Duration) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if !o.since.IsZero() {
		lasted = max(now.Sub(o.since), 1)
	}
	o.since, o.next, o.tries = time.Time{}, time.Time{}, 0
	return lasted
}

// doubled is d for the first of tries, and twice as much for each further one, within bounds.
func doubled(d time.Duration, tries int) time.Duration {
	return d << min(max(tries-1, 0), 20)
}
