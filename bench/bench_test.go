// Package bench measures what bench/run.sh compares the server with: bare cryptography, and how fast a process starts.
package bench

import (
	"crypto"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"syscall"
	"testing"

	"golang.org/x/crypto/argon2"

	"watchword/tests/harness"
)

// BenchmarkRSAPair is one signature and one verification: what a refresh cannot do without.
func BenchmarkRSAPair(b *testing.B) {
	key, digest := newKey(b)
	measure(b, func() { verify(b, &key.PublicKey, digest, sign(b, key, digest)) })
}

// BenchmarkRSAVerify is what verifying a token cannot do without.
func BenchmarkRSAVerify(b *testing.B) {
	key, digest := newKey(b)
	signature := sign(b, key, digest)
	measure(b, func() { verify(b, &key.PublicKey, digest, signature) })
}

func newKey(b *testing.B) (key *rsa.PrivateKey, digest []byte) {
	b.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte("header.payload"))
	return key, sum[:]
}

func sign(b *testing.B, key *rsa.PrivateKey, digest []byte) []byte {
	b.Helper()
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest)
	if err != nil {
		b.Fatal(err)
	}
	return signature
}

func verify(b *testing.B, key *rsa.PublicKey, digest, signature []byte) {
	b.Helper()
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest, signature); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkArgon2id is the bare password hash of COMPATIBILITY safe.
func BenchmarkArgon2id(b *testing.B) {
	measure(b, func() { argon2.IDKey([]byte("correct-horse-9"), []byte("0123456789012345678901"), 2, 19456, 1, 32) })
}

// BenchmarkPBKDF2 is the bare password hash of Django 4.2.
func BenchmarkPBKDF2(b *testing.B) {
	measure(b, func() {
		if _, err := pbkdf2.Key(sha256.New, "correct-horse-9", []byte("0123456789012345678901"), 600_000, 32); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkStart is the time from starting the process to its first answer, on a database that exists.
func BenchmarkStart(b *testing.B) {
	remove, err := harness.Build(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(remove)
	server := harness.Start(b, harness.Config{Database: harness.SQLite(b)})
	for b.Loop() {
		b.StopTimer()
		server.Terminate(b)
		b.StartTimer()
		server.Launch(b)
	}
}

// measure reports the processor time of work beside the time on the clock, which depends on who else is busy.
func measure(b *testing.B, work func()) {
	b.Helper()
	before := processorTime(b)
	for b.Loop() {
		work()
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N)/1e3, "cpu-µs/op")
}

// processorTime is what this process has used so far, in nanoseconds.
func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
