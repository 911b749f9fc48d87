package password

import (
	"cmp"
	"runtime"
	"sync"
	"time"
)

// Room is told when hashing begins and ends, each in the goroutine that hashes. It must be safe for concurrent use.
type Room interface {
	Enter()
	Leave()
}

// roomKept is how long Threads keeps the places after the last hash: every change stops all goroutines for a moment, so
// that a change for every login would cost more than it saves.
const roomKept = time.Second

// Threads is the Room that gives Go's scheduler one place more for each hash that may be made at a time, from the first
// hash until a second after the last.
//
// With one hash per core, each occupies one of the scheduler's GOMAXPROCS places for ten milliseconds at a stretch, and
// cheap requests queue behind them. With places of their own for hashes, the operating system shares the cores out, and
// prefers the threads that do little. Measured on two cores, which other work shared: 200 clients with wrong passwords,
// 50 cheap requests a second (quiet: p50 0.5 ms, p99 0.7 ms), medians of two to five runs of six seconds:
//
//	                                 PBKDF2, 600,000 iterations           argon2id, 19 MiB
//	as it comes                      p50 11 ms, p99 32 ms, 11 logins/s    p50 10 ms, p99 43 ms, 34 logins/s
//	a place for each hash            p50 0.5 ms, p99 6 ms, 10 logins/s    p50 0.5 ms, p99 29 ms, 25 logins/s
//	and a memory limit of 90 MiB     –                                    p50 0.5 ms, p99 14 ms, 39 logins/s
//	one hash less than cores         p50 0.4 ms, p99 6 ms, 6 logins/s     p50 0.5 ms, p99 7 ms, 23 logins/s
//	hashing threads of low priority  p50 10 ms, p99 36 ms, 8 logins/s     p50 27 ms, p99 99 ms, 35 logins/s
//
// The memory limit (debug.SetMemoryLimit) counts with argon2, whose every hash leaves its memory to the garbage
// collector: without it the process peaks at 130 MiB, with it at 110. Places that nobody hashes in are not free: threads
// look for work in them. They cost cheap requests 5 to 12 % of their processor time (bench/README.md).
//
// The places are the process's, so there must be one Threads in a process, and nobody else may set GOMAXPROCS.
type Threads struct {
	parallel int

	mu      sync.Mutex
	hashing int
	last    *time.Timer // fires when the places are to be taken back; nil: they are not given
}

// NewThreads returns a Threads for the hashes that gate lets through.
func NewThreads(gate GateConfig) *Threads {
	return &Threads{parallel: cmp.Or(gate.Parallel, runtime.GOMAXPROCS(0))}
}

// Enter gives the places unless they are given.
func (t *Threads) Enter() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hashing++
	if t.last == nil {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + t.parallel)
		t.last = time.AfterFunc(roomKept, t.takeBack)
	}
}

// Leave lets the places be taken back in a while, unless somebody else hashes.
func (t *Threads) Leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hashing--
	if t.last != nil {
		t.last.Reset(roomKept)
	}
}

// takeBack takes the places back unless somebody hashes. The runtime then follows the number of cores again.
func (t *Threads) takeBack() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hashing == 0 && t.last != nil {
		t.last = nil
		runtime.SetDefaultGOMAXPROCS()
	}
}

// Close takes the places back at once, for good if nobody begins to hash after it.
func (t *Threads) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != nil {
		t.last.Stop()
		t.last = nil
		runtime.SetDefaultGOMAXPROCS()
	}
}
