package dialects

import (
	"regexp"
	"strings"
	"testing"
)

// djangosHosts is django.http.request.host_validation_re.
var djangosHosts = regexp.MustCompile(`^([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(:[0-9]+)?$`)

// TestHostsAreSplitAsByDjangosExpression compares all short texts of the characters that mean something.
func TestHostsAreSplitAsByDjangosExpression(t *testing.T) {
	const characters, longest = "ag1.:[]-_", 5
	texts := []string{""}
	for length := 0; length <= longest; length++ {
		var longer []string
		for _, text := range texts {
			wantSplit(t, text)
			for _, c := range characters {
				longer = append(longer, text+string(c))
			}
		}
		texts = longer
	}
	for _, text := range []string{"[fe80::1.2.3.4]:80", "example.com:8000", "a b", "\x00", "é", strings.Repeat("a", 300)} {
		wantSplit(t, text)
	}
}

func wantSplit(t *testing.T, text string) {
	t.Helper()
	var wantName, wantPort string
	if parts := djangosHosts.FindStringSubmatch(text); parts != nil {
		wantName, wantPort = parts[1], strings.TrimPrefix(parts[2], ":")
	}
	if name, port := splitHost(text); name != wantName || port != wantPort {
		t.Errorf("%q: got %q and %q, want %q and %q", text, name, port, wantName, wantPort)
	}
}
