package serializers

import (
	"strings"
	"testing"
)

func TestValidEmailAgreesWithDjango(t *testing.T) {
	var vectors [][2]any
	readTestdata(t, "testdata/email.json", &vectors)
	for _, v := range vectors {
		if got := ValidEmail(v[0].(string)); got != v[1].(bool) {
			t.Errorf("%q: got %v", v[0], got)
		}
	}
}

func TestValidEmailAtItsEdges(t *testing.T) {
	long := strings.Repeat("d", 59) + "."
	tests := map[string]bool{
		"":                            false,
		"a":                           false,
		"b@b.11":                      true,
		"b@1.2.3.4":                   false,
		"b@münchen.de":                true,
		"b@MÜNCHEN.de":                true,
		"\"a\\\"b\"@example.com":      true,
		"\"a\\ b\"@example.com":       true,
		"\"a\x00b\"@example.com":      false,
		"a@[1.2.3.256]":               false,
		"a@[01.2.3.4]":                false,
		"a@[fe80::1%eth0]":            false,
		"a@[::ffff:1.2.3.4]":          true,
		"a@[]":                        false,
		"a@example.com\n":             false,
		"\u212a@example.com":          false,
		"a@b_c.com":                   false,
		"a@" + long + long + "com":    true,
		"a@" + strings.Repeat(".", 9): false,
		strings.Repeat("a", 308) + "@example.com": true,
		strings.Repeat("a", 309) + "@example.com": false,
		strings.Repeat("é", 1<<20) + "@b.cd":      false,
		"a@xn--a.com":                             true,
		"a\xed\xa0\x80@b.cd":                      false,
	}
	for address, want := range tests {
		if got := ValidEmail(address); got != want {
			t.Errorf("%.60q: got %v, want %v", address, got, want)
		}
	}
}

func FuzzValidEmail(f *testing.F) {
	f.Add("a@example.com")
	f.Add("a@[::1]")
	f.Add("ä@münchen.de")
	f.Fuzz(func(t *testing.T, address string) {
		if ValidEmail(address) && !strings.Contains(address, "@") {
			t.Errorf("%q", address)
		}
	})
}
