package auth

import (
	"strings"
	"testing"
)

func TestNamesThatAreMadeFitTheirColumn(t *testing.T) {
	address := strings.Repeat("a", 60) + "@example.com"
	for _, name := range usernameCandidates(address, 1, 30) {
		if len(name) > 30 || !strings.HasPrefix(name, "aaaa") {
			t.Errorf("%q is no name of at most 30 characters", name)
		}
	}
	if got := usernameCandidates("Ann@example.com", 1, 30)[0]; got != "ann" {
		t.Errorf("got %q, want ann", got)
	}
}

func TestNamesThatAreMadeFitAShortColumn(t *testing.T) {
	for longest := 1; longest <= maxNameSuffix; longest++ {
		for _, name := range usernameCandidates("annabelle@example.com", 1, longest) {
			if name == "" || len(name) > longest {
				t.Errorf("%q is no name of at most %d characters", name, longest)
			}
		}
	}
}
