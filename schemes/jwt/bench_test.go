package jwt

import (
	"net/http/httptest"
	"testing"
)

// BenchmarkSignature measures the bare signature operations, with which the others are to be compared.
func BenchmarkSignature(b *testing.B) {
	f := safe(b, nil)
	const input = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30"
	signature, err := f.keys.Signing().Sign(input)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("sign", func(b *testing.B) {
		for b.Loop() {
			_, _ = f.keys.Signing().Sign(input)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			_ = f.keys.Signing().Verify(input, signature)
		}
	})
}

func BenchmarkIssue(b *testing.B) {
	f := safe(b, nil)
	r := httptest.NewRequest("POST", "/", nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Issue(r, f.store.alice()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	f := safe(b, nil)
	raw := f.issue(b).Access
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Verify(b.Context(), raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	f := safe(b, nil)
	r := bearerRequest("Bearer " + f.issue(b).Access)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefresh(b *testing.B) {
	f := safe(b, func(c *Config) { c.RotateRefreshTokens, c.BlacklistAfterRotation = false, false })
	raw := f.issue(b).Refresh
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Refresh(b.Context(), raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	f := safe(b, nil)
	raw := f.issue(b).Access
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parse(raw, f.folded); err != nil {
			b.Fatal(err)
		}
	}
}
