package metrics

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
)

// rowsAge is how old the sizes of tables may be that are told.
const rowsAge = time.Minute

// Rows makes the sizes of tables be told as watchword_table_rows. estimate must not read large tables; it is asked when
// somebody wants to know, and what it says is good for a minute. Where it fails, what it said last is told again, and it is
// asked again the next time.
func (m *Metrics) Rows(now func() time.Time, estimate func(ctx context.Context) (map[string]int, error)) {
	var mu sync.Mutex
	var known map[string]int
	var until time.Time
	m.set.RegisterMetricsWriter(func(w io.Writer) {
		mu.Lock()
		defer mu.Unlock()
		if !now().Before(until) {
			ctx, cancel := context.WithTimeout(context.Background(), queuePatience)
			defer cancel()
			if fresh, err := estimate(ctx); err == nil {
				known, until = fresh, now().Add(rowsAge)
			}
		}
		for _, table := range slices.Sorted(maps.Keys(known)) {
			vm.WriteGaugeUint64(w, fmt.Sprintf("watchword_table_rows{table=%q}", table), uint64(known[table]))
		}
	})
}
