package metrics

import (
	"context"
	"fmt"
	"io"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
)

// queuePatience bounds how long telling waits for the database, for all queues together.
const queuePatience = 2 * time.Second

// Queue is something in the database that waits to be sent.
type Queue struct {
	Name    string // "mail": what is told of it is watchword_mail_queue_messages and watchword_mail_queue_oldest_seconds
	Backlog func(ctx context.Context) (waiting int, oldest time.Time, err error)
}

// Queues makes the lengths and ages of queues be told, as they are at the moment of telling. Of one that cannot be looked
// at nothing is told, and watchword_database_up is 0.
func (m *Metrics) Queues(now func() time.Time, queues ...Queue) {
	m.set.RegisterMetricsWriter(func(w io.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), queuePatience)
		defer cancel()
		var up uint64 = 1
		for _, q := range queues {
			waiting, oldest, err := q.Backlog(ctx)
			if err != nil {
				up = 0
				continue
			}
			q.write(w, waiting, now().Sub(oldest))
		}
		vm.WriteGaugeUint64(w, "watchword_database_up", up)
	})
}

// write writes the two gauges of a queue.
func (q Queue) write(w io.Writer, waiting int, age time.Duration) {
	if waiting == 0 {
		age = 0
	}
	vm.WriteGaugeUint64(w, fmt.Sprintf("watchword_%s_queue_messages", q.Name), uint64(waiting))
	vm.WriteGaugeFloat64(w, fmt.Sprintf("watchword_%s_queue_oldest_seconds", q.Name), max(age, 0).Seconds())
}
