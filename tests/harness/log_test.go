package harness

import (
	"fmt"
	"strings"
	"testing"
)

func TestTailShowsTheEndAndSaysWhatItLeavesOut(t *testing.T) {
	var log strings.Builder
	for i := 1; i <= 1000; i++ {
		fmt.Fprintf(&log, "line %d\n", i)
	}
	got := tail(log.String())
	if !strings.HasPrefix(got, "(940 earlier lines left out)\nline 941\n") || !strings.HasSuffix(got, "\nline 1000") {
		t.Errorf("got %q", got)
	}
	if short := "one\ntwo\n"; tail(short) != short {
		t.Errorf("a short log became %q", tail(short))
	}
}
