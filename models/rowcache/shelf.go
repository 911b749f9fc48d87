package rowcache

import (
	"time"

	"watchword/models"
)

// shelf keeps rows of one kind. Those that came lately are in the younger half; when that is full, or has been filled for
// as long as a row counts, it becomes the older one, and what was that is dropped.
type shelf[V any] struct {
	memory *memory
	kind   string

	// All of it is locked by memory.mu.
	younger, older map[models.RowName]kept[V]
	turned         time.Time // when the halves were turned
	hits, misses   uint64
}

// kept is a row in memory.
type kept[V any] struct {
	row     *V     // nobody changes it
	read    moment // when the read began
	marks   [2]uint16
	changes [2]uint32 // what the marks said when the row came
}

func newShelf[V any](m *memory, kind string) *shelf[V] {
	return &shelf[V]{memory: m, kind: kind, younger: map[models.RowName]kept[V]{}, older: map[models.RowName]kept[V]{}}
}

// get returns the row of that name, which must not be changed, or nil if there is none that may be used.
func (s *shelf[V]) get(name models.RowName) *V {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := s.younger[name]
	if !ok {
		k, ok = s.older[name]
	}
	if !ok || !m.counts(k.read, k.marks, k.changes) {
		return nil
	}
	s.hits++
	return k.row
}

// miss begins the read of a row that is not in memory.
func (s *shelf[V]) miss() moment {
	s.memory.mu.Lock()
	s.misses++
	s.memory.mu.Unlock()
	return s.memory.begin()
}

// put keeps a row under its name until it changes, or the row of owner does, unless anything has changed since the read
// began: it may have been this.
func (s *shelf[V]) put(began moment, name, owner models.RowName, row V) {
	m := s.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.listening || began.changes != m.changes {
		return
	}
	if now := m.now(); len(s.younger) >= m.half || now.Sub(s.turned) >= m.age {
		clear(s.older)
		s.younger, s.older, s.turned = s.older, s.younger, now
	}
	k := kept[V]{row: &row, read: began, marks: [2]uint16{markOf(name), markOf(owner)}}
	k.changes = m.marked(k.marks)
	s.younger[name] = k
}

// count returns the counts.
func (s *shelf[V]) count() Count {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return Count{Kind: s.kind, Hits: s.hits, Misses: s.misses}
}
