package throttle

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"
)

// The bounds of Memory, which together are some 20 MB.
const (
	defaultMaxKeys = 50_000
	defaultMaxHits = 1_000_000
)

// Memory is a Store for one process. What was not asked about for longest is forgotten when there is too much to keep. It
// is safe for concurrent use.
type Memory struct {
	mu               sync.Mutex
	maxKeys, maxHits int
	hits             int        // in all entries
	recent           *list.List // of *entry, the latest first
	byKey            map[string]*list.Element
}

var _ Store = (*Memory)(nil)

// entry is what is known of a key.
type entry struct {
	key   string
	hits  []time.Time // the oldest first
	until time.Time   // of the mark; zero: none
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{maxKeys: defaultMaxKeys, maxHits: defaultMaxHits, recent: list.New(), byKey: map[string]*list.Element{}}
}

// TakeHit counts a use of key, or says how long to wait.
func (m *Memory) TakeHit(_ context.Context, key string, limit int, window time.Duration, at time.Time) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entry(key)
	for len(e.hits) > 0 && !e.hits[0].After(at.Add(-window)) {
		e.hits = e.hits[1:]
		m.hits--
	}
	if len(e.hits) >= limit {
		return max(e.hits[0].Add(window).Sub(at), 1), nil
	}
	place, _ := slices.BinarySearchFunc(e.hits, at, time.Time.Compare)
	e.hits = slices.Insert(e.hits, place, at)
	m.hits++
	m.shrink()
	return 0, nil
}

// ReturnHit takes a use back.
func (m *Memory) ReturnHit(_ context.Context, key string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, known := m.byKey[key]
	if !known {
		return nil
	}
	e := found.Value.(*entry)
	if place, there := slices.BinarySearchFunc(e.hits, at, time.Time.Compare); there {
		e.hits = slices.Delete(e.hits, place, place+1)
		m.hits--
	}
	if len(e.hits) == 0 && e.until.IsZero() {
		m.forget(found)
	}
	return nil
}

// Mark keeps a note about key.
func (m *Memory) Mark(_ context.Context, key string, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entry(key).until = until
	m.shrink()
	return nil
}

// Marked reports whether there is a note about key.
func (m *Memory) Marked(_ context.Context, key string, at time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, known := m.byKey[key]
	if !known {
		return false, nil
	}
	m.recent.MoveToFront(found)
	return found.Value.(*entry).until.After(at), nil
}

// entry returns what is known of key, as the latest that was asked about.
func (m *Memory) entry(key string) *entry {
	if found, known := m.byKey[key]; known {
		m.recent.MoveToFront(found)
		return found.Value.(*entry)
	}
	e := &entry{key: key}
	m.byKey[key] = m.recent.PushFront(e)
	return e
}

// shrink forgets the oldest until the bounds are kept.
func (m *Memory) shrink() {
	for len(m.byKey) > m.maxKeys || m.hits > m.maxHits {
		m.forget(m.recent.Back())
	}
}

func (m *Memory) forget(element *list.Element) {
	e := m.recent.Remove(element).(*entry)
	delete(m.byKey, e.key)
	m.hits -= len(e.hits)
}
