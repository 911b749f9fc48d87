package password

import (
	"context"
	"testing"
)

// BenchmarkCheck is what a login costs with each hasher, at the strength of new hashes.
func BenchmarkCheck(b *testing.B) {
	for _, name := range DefaultConfig().Hashers {
		b.Run(name, func(b *testing.B) { benchmarkCheck(b, DefaultConfig(), name) })
	}
	b.Run("argon2 of Django", func(b *testing.B) { benchmarkCheck(b, ExactConfig(), "argon2") })
}

func benchmarkCheck(b *testing.B, cfg Config, name string) {
	cfg.Hashers = []string{name}
	r, err := NewRegistry(cfg)
	if err != nil {
		b.Fatal(err)
	}
	encoded, err := r.Encode(context.Background(), "Alice-pass-123")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ok, _, err := r.Check(context.Background(), "Alice-pass-123", encoded); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkGate is what the gate adds to a hash.
func BenchmarkGate(b *testing.B) {
	g := NewGate(DefaultGateConfig())
	work := func() {}
	b.ReportAllocs()
	for b.Loop() {
		if err := g.Do(context.Background(), work); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkValidators is what judging a new password costs.
func BenchmarkValidators(b *testing.B) {
	validators, err := NewValidators(DefaultValidators())
	if err != nil {
		b.Fatal(err)
	}
	user := Attributes{"username": "alice", "first_name": "Alice", "last_name": "Liddell", "email": "alice@example.com"}
	for b.Loop() {
		if faults := validators.Validate("correct-horse-9", user); faults != nil {
			b.Fatal(faults)
		}
	}
}
