package password

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestHashesHaveThreadsOfTheirOwnWhileTheyAreMade(t *testing.T) {
	runtime.SetDefaultGOMAXPROCS()
	quiet := runtime.GOMAXPROCS(0)
	synctest.Test(t, func(t *testing.T) {
		cfg := GateConfig{Parallel: 2, Queue: 4, Wait: time.Minute}
		threads := NewThreads(cfg)
		g := NewGate(cfg)
		g.room = threads
		var all sync.WaitGroup
		for range 5 { // three turns of two hashes that take longer than the places are kept
			all.Go(func() {
				err := g.Do(t.Context(), func() {
					time.Sleep(2 * roomKept)
					if got, want := runtime.GOMAXPROCS(0), quiet+2; got != want {
						t.Errorf("while hashing GOMAXPROCS is %d, want %d", got, want)
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got, want := runtime.GOMAXPROCS(0), quiet+2; got != want {
			t.Errorf("just after the last hash GOMAXPROCS is %d, want %d", got, want)
		}
		time.Sleep(roomKept + time.Millisecond)
		if got := runtime.GOMAXPROCS(0); got != quiet {
			t.Errorf("a while after the last hash GOMAXPROCS is %d, want %d", got, quiet)
		}
		threads.Enter()
		threads.Leave()
		threads.Close()
		if got := runtime.GOMAXPROCS(0); got != quiet {
			t.Errorf("after the end GOMAXPROCS is %d, want %d", got, quiet)
		}
	})
}
