package gormstore

import (
	"errors"
	"sync"
	"time"
)

// roundTrips is how many groups of lookups are on their way to PostgreSQL at once: while one is, the next gathers.
const roundTrips = 2

// errUnanswered is what a lookup ends with whose leader has come to no end.
var errUnanswered = errors.New("gormstore: a lookup was given up")

// question is a lookup that others may share a round trip with.
type question struct {
	query string // as the database reads it
	args  []any
	into  []any
	until time.Time // when its caller will not wait any longer

	err  error     // how it ended
	turn chan bool // true: it is answered; false: it is to lead
}

// lookupQueue is where lookups wait while as many groups as may be are on their way. Whoever finds a free way leads: it
// waits for no company. The zero value is an empty queue. It is safe for concurrent use.
type lookupQueue struct {
	mu      sync.Mutex
	led     int         // groups on their way
	waiting []*question // the oldest first
}

// join waits until q is answered, or is to lead a group of at most so many, of which it is the first. Who leads must call
// leave in the end.
func (l *lookupQueue) join(q *question, most int) (group []*question) {
	if !l.enter(q) && <-q.turn {
		return nil
	}
	return l.gather(q, most)
}

// enter says that q leads, or puts it into the queue.
func (l *lookupQueue) enter(q *question) (leads bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.led < roundTrips {
		l.led++
		return true
	}
	q.turn = make(chan bool, 1)
	l.waiting = append(l.waiting, q)
	return false
}

// gather takes the oldest out of the queue, behind their leader.
func (l *lookupQueue) gather(leader *question, most int) (group []*question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	followers := l.waiting[:min(most-1, len(l.waiting))]
	group = append(append(make([]*question, 0, 1+len(followers)), leader), followers...)
	l.drop(len(followers))
	return group
}

// leave tells the followers that they are answered, and makes the oldest in the queue lead, if there is one.
func (l *lookupQueue) leave(group []*question) {
	for _, q := range group[1:] {
		q.turn <- true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.led--
		return
	}
	l.waiting[0].turn <- false
	l.drop(1)
}

// drop takes the oldest n out of the queue.
func (l *lookupQueue) drop(n int) {
	rest := copy(l.waiting, l.waiting[n:])
	clear(l.waiting[rest:])
	l.waiting = l.waiting[:rest]
}
