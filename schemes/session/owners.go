package session

import (
	"strings"
	"sync"

	"watchword/models"
)

// maxOwners bounds what is remembered, to about 2 MB.
const maxOwners = 1 << 14

// owners remembers whose the sessions are that were used lately, so that a session and its user can be read by one
// query: only the session itself says whose it is. It is no more than a hint; every request reads the rows, and what the
// session says counts.
type owners struct {
	mu  sync.Mutex
	ids map[string]models.UserID // by the key of the session
}

func newOwners() *owners { return &owners{ids: map[string]models.UserID{}} }

// of returns whose the session probably is.
func (o *owners) of(key string) (models.UserID, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id, ok := o.ids[key]
	return id, ok
}

// remember notes whose the session is. Where there are too many, any other is forgotten.
func (o *owners) remember(key string, id models.UserID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.ids) >= maxOwners {
		for any := range o.ids {
			delete(o.ids, any)
			break
		}
	}
	o.ids[strings.Clone(key)] = id // the key is a part of a longer text
}

// forget drops what is known about the session.
func (o *owners) forget(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.ids, key)
}
