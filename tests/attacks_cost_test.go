package tests

import (
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

const (
	// rssSlack is what the collector may be late by, in MB, beside the growth that a case allows.
	rssSlack = 24
	// raceFactor is how many times as much memory a program takes under the race detector, at most.
	raceFactor = 10
	// timeSlack is how many times what a case allows may be spent: the times are those of a machine at rest, and this one
	// may be busy and run the race detector. What exceeds it is work that grows faster than the request.
	timeSlack = 20
	// clockTick is the unit of the times in /proc.
	clockTick = 10 * time.Millisecond
)

// cost is what a server has spent so far.
type cost struct {
	at        time.Time
	processor time.Duration
	memory    int // the greatest resident size, in MB
}

var (
	peakMemory     = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)
	processorTimes = regexp.MustCompile(`\) \S(?: \S+){10} (\d+) (\d+) `) // fields 14 and 15; see proc(5)
)

// spent reads what the server has spent, zeros where the system does not tell.
func (x *target) spent(t *testing.T) cost {
	t.Helper()
	folder := "/proc/" + strconv.Itoa(x.server.PID())
	status, _ := os.ReadFile(folder + "/status") // absent on other systems
	stat, _ := os.ReadFile(folder + "/stat")
	c := cost{at: time.Now()}
	if found := peakMemory.FindSubmatch(status); found != nil {
		c.memory = number(t, found[1]) / 1024
	}
	if found := processorTimes.FindSubmatch(stat); found != nil {
		c.processor = time.Duration(number(t, found[1])+number(t, found[2])) * clockTick
	}
	return c
}

// checkCost makes sure that so many requests have not cost more since before than a case allows.
func (x *target) checkCost(t *testing.T, e attack.Expected, before cost, requests int) {
	t.Helper()
	after := x.spent(t)
	if grown, limit := after.memory-before.memory, memoryLimit(e); limit > 0 && grown > limit {
		t.Errorf("peak memory grew by %d MB, want %d", grown, limit)
	}
	bounds := []struct {
		what string
		got  time.Duration
		ms   int
	}{
		{"time until the answer", after.at.Sub(before.at), e.MaxMS},
		{"processor time", after.processor - before.processor, e.CPUMaxMS},
	}
	for _, b := range bounds {
		limit := time.Duration(b.ms*requests*timeSlack) * time.Millisecond
		if b.ms > 0 && b.got > limit {
			t.Errorf("%s: %v for %d requests; more than %d times the %d ms that one may take at rest", b.what, b.got,
				requests, timeSlack, b.ms)
		}
	}
}

// memoryLimit is how many MB a case may take; 0 when it does not say.
func memoryLimit(e attack.Expected) int {
	switch {
	case e.MaxRSSGrowthMB == 0:
		return 0
	case harness.RaceDetector:
		return (e.MaxRSSGrowthMB + rssSlack) * raceFactor
	default:
		return e.MaxRSSGrowthMB + rssSlack
	}
}

func number(t *testing.T, digits []byte) int {
	t.Helper()
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
