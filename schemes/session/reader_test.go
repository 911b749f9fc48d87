package session

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"watchword/auth/signing"
)

// newSigner signs sessions with a secret key.
func newSigner(secret string) *signing.Signer {
	cfg := signing.DefaultConfig()
	cfg.SecretKey, cfg.Now = secret, func() time.Time { return time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC) }
	return signing.NewSigner(cfg, salt)
}

// written is the text of a session that holds an entry.
func written(t *testing.T, signer *signing.Signer, name, value string) string {
	t.Helper()
	d := data{}
	d.set(name, value)
	text, err := d.encode(signer)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestATextIsReadOnceAndSaysTheSameEveryTime(t *testing.T) {
	for _, size := range []int{0, 4} {
		signer := newSigner("one")
		r := newReader(signer, size)
		text := written(t, signer, "city", "Oslo")
		for range 3 {
			c, err := r.read(text)
			if err != nil || c.data.text("city") != "Oslo" || c.saved.Second() != 7 {
				t.Fatalf("size %d: %+v, %v", size, c, err)
			}
		}
		if got := len(r.younger); got != min(size, 1) {
			t.Errorf("size %d: %d texts are remembered", size, got)
		}
	}
}

func TestWhatWasNotSignedIsRefusedEveryTime(t *testing.T) {
	r := newReader(newSigner("one"), 4)
	for _, text := range []string{written(t, newSigner("two"), "city", "Oslo"), "", "x:y:z"} {
		for range 2 {
			if c, err := r.read(text); !errors.Is(err, signing.ErrBadSignature) && !errors.Is(err, signing.ErrMalformed) {
				t.Errorf("%q: %+v, %v", text, c, err)
			}
		}
	}
	if len(r.younger) != 0 {
		t.Errorf("%d texts are remembered", len(r.younger))
	}
}

func TestOnlySoManyTextsAreRememberedAndNoLongOnes(t *testing.T) {
	signer := newSigner("one")
	r := newReader(signer, 4)
	first := written(t, signer, "n", "first")
	for i := range 10 {
		for _, text := range []string{first, written(t, signer, "n", fmt.Sprint(i))} {
			if _, err := r.read(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := len(r.younger) + len(r.old); got > 4 {
		t.Errorf("%d texts are remembered, want 4 at most", got)
	}
	if _, ok := r.recall(first); !ok {
		t.Error("what was asked for again and again is forgotten")
	}
	long := written(t, signer, "n", strings.Repeat("long", maxRemembered)) // short when it is folded
	if _, err := r.read(long); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.recall(long); ok {
		t.Error("a long session is remembered")
	}
}

// BenchmarkRead reads the data of one session, with and without a memory of it.
func BenchmarkRead(b *testing.B) {
	signer := newSigner("one")
	d := data{}
	d.set(userKey, "1")
	d.set(backendKey, "django.contrib.auth.backends.ModelBackend")
	d.set(hashKey, strings.Repeat("0123456789abcdef", 4))
	text, err := d.encode(signer)
	if err != nil {
		b.Fatal(err)
	}
	for name, size := range map[string]int{"anew": 0, "remembered": 2} {
		b.Run(name, func(b *testing.B) {
			r := newReader(signer, size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.read(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
