package throttle

import (
	"context"
	"fmt"
	"testing"
	"time"

	"watchword/models/storetest"
)

func TestMemoryKeepsTheContract(t *testing.T) { storetest.RunThrottle(t, NewMemory()) }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestMemoryIsBounded(t *testing.T) {
	m := NewMemory()
	m.maxKeys, m.maxHits = 100, 250
	take := func(key string) time.Duration {
		wait, err := m.TakeHit(context.Background(), key, 3, time.Hour, noon)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	for i := range 10_000 {
		take(fmt.Sprint(i))
		take("busy")
	}
	if len(m.byKey) > m.maxKeys || m.recent.Len() != len(m.byKey) || m.hits > m.maxHits {
		t.Errorf("%d keys, %d in order, %d hits", len(m.byKey), m.recent.Len(), m.hits)
	}
	if take("busy") == 0 {
		t.Error("the busiest key of all was forgotten")
	}
	for i := range 100 {
		for range 3 {
			take(fmt.Sprint("many", i))
		}
	}
	total := 0
	for _, e := range m.byKey {
		total += len(e.Value.(*entry).hits)
	}
	if total != m.hits || total > m.maxHits {
		t.Errorf("%d hits are kept, %d are counted, %d may be", total, m.hits, m.maxHits)
	}
}
