//go:build race

package harness

// RaceDetector says whether the tests, and the server with them, run with the race detector: several times slower.
const RaceDetector = true

// buildFlags are those of the Makefile's target race: the loops of password hashes are not instrumented.
func buildFlags() []string {
	flags := []string{"-race"}
	for _, packages := range []string{
		"crypto/internal/fips140/hmac", "crypto/internal/fips140/pbkdf2", "crypto/internal/fips140/sha256", "crypto/sha1",
		"golang.org/x/crypto/...",
	} {
		flags = append(flags, "-gcflags="+packages+"=-race=false")
	}
	return flags
}
