package main

import (
	"strings"
	"testing"
)

func TestClearSessions(t *testing.T) {
	w := newWorkplace(t)
	w.must(t, "loaddata", w.write(t, "rows.json", `[
		{"model": "sessions.session", "pk": "ended", "fields": {"session_data": "x", "expire_date": "2020-01-01T00:00:00Z"}},
		{"model": "sessions.session", "pk": "going", "fields": {"session_data": "x", "expire_date": "2099-01-01T00:00:00Z"}}]`))
	if got := w.must(t, "clearsessions"); got != "" {
		t.Errorf("got %q, want nothing, as from Django", got)
	}
	if got := w.must(t, "dumpdata", "sessions"); !strings.Contains(got, "going") || strings.Contains(got, "ended") {
		t.Errorf("what is left: %s", got)
	}
}
