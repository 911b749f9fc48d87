package gormstore

import (
	"context"
	"slices"
	"sync"

	"gorm.io/gorm"
)

// commitQueue is where transactions wait for SQLite's one writer. One of those that are in it leads; when it is done, the
// oldest that is still waiting leads. The zero value is an empty queue. It is safe for concurrent use.
type commitQueue struct {
	mu      sync.Mutex
	led     bool
	waiting []*member // the oldest first
}

// member is a transaction in the queue. Its channels hold one value each, so that nobody waits who only has to tell.
type member struct {
	turn chan *gorm.DB // the connection to follow the leader on; nil to lead
	back chan error    // the connection is the leader's again; an error says that the whole transaction is lost
	told chan error    // how the group ended: nil when it is committed
}

// join waits for a turn, at most until ctx ends. A nil connection means to lead, and to call handOver in the end; with
// any other, m follows on it.
func (q *commitQueue) join(ctx context.Context) (m *member, conn *gorm.DB, err error) {
	if m = q.enter(); m == nil {
		return nil, nil, nil
	}
	select {
	case conn = <-m.turn:
		return m, conn, nil
	case <-ctx.Done():
	}
	if q.leave(m) {
		return nil, nil, ctx.Err()
	}
	return m, <-m.turn, nil // at the same moment its turn has come
}

// enter puts somebody into the queue; nil leads already.
func (q *commitQueue) enter() *member {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.led {
		q.led = true
		return nil
	}
	m := &member{turn: make(chan *gorm.DB, 1), back: make(chan error, 1), told: make(chan error, 1)}
	q.waiting = append(q.waiting, m)
	return m
}

// leave takes m out of the queue, and says whether it was still there.
func (q *commitQueue) leave(m *member) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, m)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// next takes the oldest out of the queue, or returns nil.
func (q *commitQueue) next() *member {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.shift()
}

// empty says that nobody waits.
func (q *commitQueue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0
}

// handOver makes the oldest lead, or nobody.
func (q *commitQueue) handOver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m := q.shift(); m != nil {
		m.turn <- nil
		return
	}
	q.led = false
}

func (q *commitQueue) shift() *member {
	if len(q.waiting) == 0 {
		return nil
	}
	m := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	return m
}
