package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
)

// cache is a map that is read without a lock and seldom grows. Its keys must be of a bounded number.
type cache[K comparable, V any] struct {
	make    func(K) V
	current atomic.Pointer[map[K]V]
	growing sync.Mutex
}

// newCache returns an empty cache that makes what is asked for the first time.
func newCache[K comparable, V any](create func(K) V) *cache[K, V] {
	c := &cache[K, V]{make: create}
	c.current.Store(&map[K]V{})
	return c
}

// get returns what belongs to key.
func (c *cache[K, V]) get(key K) V {
	if v, ok := (*c.current.Load())[key]; ok {
		return v
	}
	return c.add(key)
}

// add makes what belongs to key, unless somebody else has meanwhile.
func (c *cache[K, V]) add(key K) V {
	c.growing.Lock()
	defer c.growing.Unlock()
	old := *c.current.Load()
	if v, ok := old[key]; ok {
		return v
	}
	next := maps.Clone(old)
	next[key] = c.make(key)
	c.current.Store(&next)
	return next[key]
}

// all returns everything in the cache, not to be changed.
func (c *cache[K, V]) all() map[K]V { return *c.current.Load() }
