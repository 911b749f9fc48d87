package dialects

import (
	"net/http"
	"testing"
)

// The examples are those of the specification, and what it says to be invalid.
func TestTraceIDTakesWellFormedHeadersOnly(t *testing.T) {
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	for _, test := range []struct {
		name   string
		header []string
		want   string
	}{
		{"the specification's example", []string{"00-" + id + "-00f067aa0ba902b7-01"}, id},
		{"not sampled", []string{"00-" + id + "-00f067aa0ba902b7-00"}, id},
		{"a later version with more", []string{"cc-" + id + "-00f067aa0ba902b7-01-what-the-future-will-be-like"}, id},
		{"a later version with more, badly joined", []string{"cc-" + id + "-00f067aa0ba902b7-01.what"}, ""},
		{"this version with more", []string{"00-" + id + "-00f067aa0ba902b7-01-x"}, ""},
		{"version ff", []string{"ff-" + id + "-00f067aa0ba902b7-01"}, ""},
		{"trace of zeros", []string{"00-00000000000000000000000000000000-00f067aa0ba902b7-01"}, ""},
		{"parent of zeros", []string{"00-" + id + "-0000000000000000-01"}, ""},
		{"large letters", []string{"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"}, ""},
		{"no digits", []string{"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"}, ""},
		{"no dash", []string{"00-" + id + "_00f067aa0ba902b7-01"}, ""},
		{"short", []string{"00-" + id}, ""},
		{"twice", []string{"00-" + id + "-00f067aa0ba902b7-01", "00-" + id + "-00f067aa0ba902b7-01"}, ""},
		{"none", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := http.Header{}
			for _, value := range test.header {
				h.Add("traceparent", value)
			}
			if got := traceID(h); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
