package rowcache

import (
	"encoding/binary"
	"sync"
	"time"

	"watchword/models"
)

// markCount is how many marks there are. Two rows that share one by chance are dropped together, which only costs a read.
const markCount = 1 << 12

// memory is what the shelves of a Cache have in common: their lock, and what has changed when.
type memory struct {
	age  time.Duration
	half int // how many rows the younger half of a shelf holds
	now  func() time.Time

	mu        sync.Mutex
	listening bool
	changes   uint64            // counts changes of any row
	marks     [markCount]uint32 // count changes of the rows whose names fall on them
	flushed   uint64            // the count of changes before which nothing counts any more
}

func newMemory(cfg Config) *memory {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &memory{age: cfg.Age, half: cfg.Size / 2, now: cfg.Now}
}

// moment is when a read began.
type moment struct {
	at      time.Time
	changes uint64
}

// begin notes that a read begins.
func (m *memory) begin() moment {
	m.mu.Lock()
	defer m.mu.Unlock()
	return moment{m.now(), m.changes}
}

// changed notes that rows have changed.
func (m *memory) changed(names []models.RowName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		m.changes++
		m.marks[markOf(name)]++
		if name == models.EveryRow() {
			m.flushed = m.changes
		}
	}
}

// listen notes whether changes are heard of. What is in memory by then counts no more.
func (m *memory) listen(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changes++
	m.listening, m.flushed = on, m.changes
}

// markOf is the mark on which a name falls.
func markOf(name models.RowName) uint16 { return binary.LittleEndian.Uint16(name[:]) % markCount }

// marked returns what marks say now. The caller holds the lock.
func (m *memory) marked(marks [2]uint16) [2]uint32 {
	return [2]uint32{m.marks[marks[0]], m.marks[marks[1]]}
}

// counts reports whether what was read then, and has these marks, may still be used. The caller holds the lock.
func (m *memory) counts(read moment, marks [2]uint16, changes [2]uint32) bool {
	age := m.now().Sub(read.at)
	return m.listening && read.changes >= m.flushed && age >= 0 && age < m.age && m.marked(marks) == changes
}
