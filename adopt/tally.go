package adopt

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
)

// maxExamples bounds how many rows are named for one reason.
const maxExamples = 3

// Tally counts the rows of a table.
type Tally struct {
	What    string         `json:"what"`
	Table   string         `json:"table"`
	Total   int            `json:"total"`
	Working int            `json:"working"`
	Over    int            `json:"over"`         // ended at Django too
	By      map[string]int `json:"by,omitempty"` // of those that work, how many in which way
	Failing []*Failing     `json:"failing"`      // the most frequent first

	reasons  map[string]*Failing
	done     int
	progress func(table string, done, total int)
}

// Failing are rows that would not work for one reason.
type Failing struct {
	Reason   string   `json:"reason"`
	Count    int      `json:"count"`
	Lost     bool     `json:"lost"` // they work at Django
	Examples []string `json:"examples"`
}

func newTally(what, table string, total int, progress func(table string, done, total int)) *Tally {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	return &Tally{What: what, Table: table, Total: total, By: map[string]int{}, Failing: []*Failing{},
		reasons: map[string]*Failing{}, progress: progress}
}

// work counts a row that works, in a way that has a name or none.
func (t *Tally) work(way string) {
	t.Working++
	if way != "" {
		t.By[way]++
	}
}

func (t *Tally) over() { t.Over++ }

// fail counts a row that does not work.
func (t *Tally) fail(reason string, lost bool, example string) {
	f := t.reasons[reason]
	if f == nil {
		f = &Failing{Reason: reason, Lost: lost}
		t.reasons[reason] = f
		t.Failing = append(t.Failing, f)
	}
	f.Count++
	if len(f.Examples) < maxExamples {
		f.Examples = append(f.Examples, example)
	}
}

// advance reports that rows more were looked at, and returns rows.
func (t *Tally) advance(rows int) int {
	t.done += rows
	t.progress(t.Table, t.done, max(t.Total, t.done))
	return rows
}

// finish puts the reasons in order.
func (t *Tally) finish() {
	slices.SortStableFunc(t.Failing, func(a, b *Failing) int { return cmp.Compare(b.Count, a.Count) })
}

// inParallel calls do with 0 to n-1, on all cores, and waits.
func inParallel(n int, do func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	var running sync.WaitGroup
	for w := range workers {
		running.Go(func() {
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				do(i)
			}
		})
	}
	running.Wait()
}
