package audit

import (
	"sync"
	"time"
)

// bound lets something happen so often a minute.
type bound struct {
	limit int

	mu     sync.Mutex
	minute time.Time
	count  int
}

// allows counts one, and reports whether it is still within the limit.
func (b *bound) allows(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(b.minute) {
		b.minute, b.count = minute, 0
	}
	b.count++
	return b.count <= b.limit
}
