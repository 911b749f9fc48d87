package gormstore_test

import (
	"testing"
	"time"

	"watchword/models/gormstore/gormtest"
	"watchword/models/storetest"
)

func TestPostgresCountsForThrottles(t *testing.T) {
	counts := gormtest.Postgres(t).Throttle()
	storetest.RunThrottle(t, counts)
	if n, err := counts.Sweep(t.Context(), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), 3); err != nil || n != 3 {
		t.Errorf("Sweep = %d, %v; want 3", n, err)
	}
	if n, err := counts.Sweep(t.Context(), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), 3); err != nil || n != 0 {
		t.Errorf("Sweep = %d, %v; want 0", n, err)
	}
}

func TestSQLiteLeavesCountingToMemory(t *testing.T) {
	if gormtest.SQLite(t).Throttle() != nil {
		t.Error("got counts in a file that one process has")
	}
}
