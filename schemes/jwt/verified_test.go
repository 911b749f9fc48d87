package jwt

import (
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/schemes"
	"watchword/schemes/jwt/keys"
)

func TestAGoodSignatureIsCheckedOnce(t *testing.T) {
	f := safe(t, nil)
	raw := f.issue(t).Access
	key := f.keys.Signing()
	if f.verified.has(signed(key, raw)) {
		t.Error("a token is remembered before it was checked")
	}
	if err := f.Verify(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if !f.verified.has(signed(key, raw)) {
		t.Error("a good token is not remembered")
	}
	bad := tampered(raw)
	if f.Verify(t.Context(), bad) == nil || f.verified.has(signed(key, bad)) {
		t.Error("a wrong signature is taken, or remembered")
	}
	f.verified.add(signed(key, bad))
	if err := f.Verify(t.Context(), bad); err != nil {
		t.Errorf("what is remembered is not used: %v", err)
	}
}

// tampered changes a character of the signature.
func tampered(raw string) string {
	at := strings.LastIndexByte(raw, '.') + 5
	return raw[:at] + string("AB"[strings.Count(raw[at:at+1], "A")]) + raw[at+1:]
}

func TestARememberedTokenIsRefusedForEverythingElse(t *testing.T) {
	for name, test := range map[string]struct {
		change func(f *fixture)
		want   schemes.Reason
	}{
		"it expires": {func(f *fixture) { f.clock.at = f.clock.at.Add(time.Hour) }, schemes.Expired},
		"its key is replaced": {func(f *fixture) {
			text, err := keys.Generate("RS256", 2048)
			if err != nil {
				t.Fatal(err)
			}
			set, err := keys.Load("RS256", text, "")
			if err != nil {
				t.Fatal(err)
			}
			f.keys = set
		}, schemes.Invalid},
	} {
		f := safe(t, nil)
		raw := f.issue(t).Access
		if _, err := f.Authenticate(bearerRequest("Bearer " + raw)); err != nil {
			t.Fatal(err)
		}
		test.change(&f)
		_, err := f.Authenticate(bearerRequest("Bearer " + raw))
		var failure *schemes.Failure
		if !errors.As(err, &failure) || failure.Reason != test.want {
			t.Errorf("%s: got %v, want reason %v", name, err, test.want)
		}
	}
}

func TestSecretsAndSwitchedOffMemoriesRememberNothing(t *testing.T) {
	f := exact(t, nil) // HS256: checking costs less than remembering
	if err := f.Verify(t.Context(), f.issue(t).Access); err != nil || len(f.verified.younger) != 0 {
		t.Errorf("%d tokens are remembered, %v, want none", len(f.verified.younger), err)
	}
	f = safe(t, func(c *Config) { c.VerifiedTokens = 0 })
	raw := f.issue(t).Access
	if err := f.Verify(t.Context(), raw); err != nil || f.verified != nil {
		t.Errorf("got %v", err)
	}
	if f.Verify(t.Context(), tampered(raw)) == nil {
		t.Error("a wrong signature is taken")
	}
}

func TestTheMemoryIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	v := newVerified(100)
	number := func(i int) (s signature) { binary.BigEndian.PutUint64(s[:], uint64(i)); return s }
	for i := range 10_000 {
		v.add(number(i))
		if !v.has(number(0)) {
			t.Fatalf("what is used all the time is forgotten after %d others", i)
		}
		if got := len(v.younger) + len(v.old); got > 100 {
			t.Fatalf("%d signatures are remembered, want at most 100", got)
		}
	}
	if v.has(number(5000)) || !v.has(number(9999)) {
		t.Error("the old is remembered, or the new forgotten")
	}
}

func TestManyUseTheMemoryAtOnce(t *testing.T) {
	f := safe(t, func(c *Config) { c.VerifiedTokens = 4 })
	var all sync.WaitGroup
	for range 8 {
		raw := f.issue(t).Access
		all.Go(func() {
			for range 50 {
				if f.Verify(t.Context(), raw) != nil || f.Verify(t.Context(), tampered(raw)) == nil {
					t.Error("wrongly verified")
				}
			}
		})
	}
	all.Wait()
}
