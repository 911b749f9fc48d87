package harness

import "testing"

func TestSearchFindsSecretsAndFaults(t *testing.T) {
	const own = "a-secret-of-this-test"
	for name, tt := range map[string]struct {
		text string
		but  []string
		want int
	}{
		"nothing":                      {"watchword 1.0\n", nil, 0},
		"a password hash":              {"row: pbkdf2_sha256$1000$salt$hash=\n", nil, 1},
		"a token":                      {"got eyJhbGciOiJ9AA.eyJzdWIiOiJ9AA.x\n", nil, 1},
		"a token in an answer":         {"got eyJhbGciOiJ9AA.eyJzdWIiOiJ9AA.x\n", answered, 0},
		"a hash beside an answer":      {"argon2$argon2id$v=19$m=1 eyJhbGciOiJ9AA.eyJzdWIiOiJ9AA.x\n", answered, 1},
		"a secret and a fault at once": {"panic: " + own + "\ngoroutine 1\n", nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			if got := search(tt.text, []string{own}, tt.but...); len(got) != tt.want {
				t.Errorf("got %q, want %d", got, tt.want)
			}
		})
	}
}
