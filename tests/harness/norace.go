//go:build !race

package harness

// RaceDetector says whether the tests, and the server with them, run with the race detector: several times slower.
const RaceDetector = false

func buildFlags() []string { return nil }
