package keys

import (
	"bytes"
	"crypto"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"watchword/tests/harness"
)

// system returns an Accelerator over the library of this machine.
func system(t testing.TB) *Accelerator {
	t.Helper()
	a, err := NewAccelerator(RSASystem, slog.New(slog.DiscardHandler))
	if err != nil {
		harness.Missing(t, err.Error())
	}
	return a
}

// byEither runs a test with crypto/rsa and with the library of this machine.
func byEither(t *testing.T, test func(t *testing.T, a *Accelerator)) {
	t.Run("crypto/rsa", func(t *testing.T) { test(t, &Accelerator{}) })
	t.Run("libcrypto", func(t *testing.T) { test(t, system(t)) })
}

// rsaTexts makes two RSA keys once for all tests.
var rsaTexts = sync.OnceValues(func() (texts [2]string, err error) {
	var all [2]error
	for i := range texts {
		texts[i], all[i] = Generate("RS256", 2048)
	}
	return texts, errors.Join(all[:]...)
})

// rsaText returns the text of an RSA key, the first or the second.
func rsaText(t *testing.T, i int) string {
	t.Helper()
	texts, err := rsaTexts()
	if err != nil {
		t.Fatal(err)
	}
	return texts[i]
}

func TestEitherLibraryTakesWhatTheOtherSigns(t *testing.T) {
	text := rsaText(t, 0)
	for _, algorithm := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		load := func() (*Set, error) { return Load(algorithm, text, "") }
		plain, err1 := load()
		faster, err2 := system(t).Over(load)()
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if faster.Signing().system == nil || faster.Verifying("")[0].system == nil || faster.Verifying("")[0].CanSign() {
			t.Errorf("%s: the library is not used", algorithm)
		}
		one, err1 := plain.Signing().Sign("header.payload")
		two, err2 := faster.Signing().Sign("header.payload")
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(algorithm, "RS") && string(one) != string(two) {
			t.Errorf("%s: got %x, want %x", algorithm, two, one)
		}
		for _, k := range []*Key{plain.Verifying("")[0], faster.Verifying("")[0]} {
			if k.Verify("header.payload", one) != nil || k.Verify("header.payload", two) != nil {
				t.Errorf("%s: a good signature is refused", algorithm)
			}
			if !errors.Is(k.Verify("header.other", two), ErrSignature) || !errors.Is(k.Verify("header.payload", nil), ErrSignature) {
				t.Errorf("%s: a wrong signature is taken", algorithm)
			}
		}
		one1, _ := plain.JWKS()
		two1, _ := faster.JWKS()
		if string(one1) != string(two1) {
			t.Errorf("%s: other keys are published: %s", algorithm, two1)
		}
	}
}

func TestKeysThatStayArePreparedOnce(t *testing.T) {
	first, second := rsaText(t, 0), rsaText(t, 1)
	signing, verifying := first, ""
	set := func(load func() (*Set, error)) *Set {
		s, err := load()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a := system(t)
	load := a.Over(func() (*Set, error) { return Load("RS256", signing, verifying) })
	was := set(load)
	if got := set(load); got.Signing() != was.Signing() {
		t.Error("the same key is prepared twice")
	}
	verifying = first + second
	now := set(load)
	if now.Signing() != was.Signing() || len(now.Verifying("")) != 2 || now.Verifying("")[1].system == nil {
		t.Error("a second verifying key changes the first, or is not prepared")
	}
	signing, verifying = second, second
	if now = set(load); now.Signing().ID() == was.Signing().ID() || len(a.known) != 1 {
		t.Errorf("%d keys are remembered after one took over, want 1", len(a.known))
	}
}

func TestOtherKeysAreLeftAsTheyAre(t *testing.T) {
	for _, algorithm := range []string{"ES256", "EdDSA"} {
		text, err := Generate(algorithm, 0)
		if err != nil {
			t.Fatal(err)
		}
		set, err := system(t).Over(func() (*Set, error) { return Load(algorithm, text, "") })()
		if err != nil {
			t.Fatal(err)
		}
		if set.Signing().system != nil {
			t.Errorf("%s: an RSA library is used", algorithm)
		}
	}
	set, err := system(t).Over(func() (*Set, error) { return Secret("HS256", strings.Repeat("k", 32), 32) })()
	if err != nil || set.Signing().system != nil {
		t.Errorf("HS256: %v", err)
	}
}

// TestKeysThatTheLibraryCannotTake uses a hash that is unknown to package libcrypto.
func TestKeysThatTheLibraryCannotTake(t *testing.T) {
	set, err := Load("RS256", rsaText(t, 0), "")
	if err != nil {
		t.Fatal(err)
	}
	set.signing.method = &jwt.SigningMethodRSA{Name: "RS1", Hash: crypto.SHA1}
	a := system(t)
	if _, err := a.accelerate(set); err == nil || !strings.Contains(err.Error(), "RSA_LIBRARY: OpenSSL ") {
		t.Errorf("system: got %v", err)
	}
	var log bytes.Buffer
	a.required, a.log = false, slog.New(slog.NewTextHandler(&log, nil))
	for range 2 {
		got, err := a.accelerate(set)
		if err != nil || got.Signing().system != nil {
			t.Errorf("auto: got %v, want crypto/rsa", err)
		}
	}
	if got := strings.Count(log.String(), "crypto/rsa is used for this key"); got != 1 {
		t.Errorf("logged %d times, want once: %s", got, &log)
	}
}

func TestFaultsOfLoadingArePassedOn(t *testing.T) {
	fault := errors.New("no such file")
	if _, err := system(t).Over(func() (*Set, error) { return nil, fault })(); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
}

func TestTheSettingSaysWhatComputes(t *testing.T) {
	var choice RSALibrary
	if err := choice.UnmarshalText([]byte("openssl")); err == nil || !strings.Contains(err.Error(), "auto, go or system") {
		t.Errorf("got %v", err)
	}
	if err := choice.UnmarshalText([]byte("go")); err != nil {
		t.Fatal(err)
	}
	a, err := NewAccelerator(choice, nil)
	if err != nil || a.String() != "crypto/rsa" {
		t.Errorf("got %s, %v, want crypto/rsa", a, err)
	}
	if got := system(t).String(); !strings.HasPrefix(got, "OpenSSL ") {
		t.Errorf("got %s", got)
	}
}
