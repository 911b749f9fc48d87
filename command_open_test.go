package main

import "testing"

// TestCommandsAreNotHurried gives the statements of requests no time. Commands on many
// rows, for which no client waits, do their work all the same.
func TestCommandsAreNotHurried(t *testing.T) {
	w := newWorkplace(t)
	w.environ = append(w.environ, "WATCHWORD_DATABASE_STATEMENT_TIMEOUT=1ms", "WATCHWORD_DATABASE_POOL_TIMEOUT=1ns")
	for _, command := range []string{"dumpdata", "flushexpiredtokens", "clearsessions", "clearexpiredauthtokens", "auditlog"} {
		for range 5 {
			w.must(t, command)
		}
	}
}
