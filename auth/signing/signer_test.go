package signing

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

const day = 24 * time.Hour

func testConfig() Config {
	return Config{SecretKey: "new", SecretKeyFallbacks: []string{"old"}, Now: at(1e9)}
}

func TestSignedValueIsAcceptedOnlyAsItWasSigned(t *testing.T) {
	signer := NewSigner(testConfig(), "salt")
	signed := signer.Sign("value")
	old := testConfig()
	old.SecretKey = "old"
	tests := []struct {
		name, signed string
		want         error
	}{
		{"as signed", signed, nil},
		{"signed with a fallback", NewSigner(old, "salt").Sign("value"), nil},
		{"signed for another purpose", NewSigner(testConfig(), "other").Sign("value"), ErrBadSignature},
		{"signed with an unknown key", NewSigner(Config{SecretKey: "x"}, "salt").Sign("value"), ErrBadSignature},
		{"another value", "other" + strings.TrimPrefix(signed, "value"), ErrBadSignature},
		{"no signature", "value", ErrBadSignature},
		{"empty", "", ErrBadSignature},
		{"signature cut", signed[:len(signed)-1], ErrBadSignature},
		{"signature padded", signed + "=", ErrBadSignature},
		{"no time", "value:" + signature("value", signer.macs[0]), ErrMalformed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, at, err := signer.Unsign(test.signed)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil && (got != "value" || at.Unix() != 1e9) {
				t.Errorf("got %q of %v", got, at)
			}
		})
	}
}

func TestSignedValueEnds(t *testing.T) {
	signed := NewSigner(testConfig(), "salt").Sign("value")
	for _, test := range []struct {
		name string
		now  float64
		want error
	}{
		{"at its last moment", 1e9 + 60, nil},
		{"a moment later", 1e9 + 60.5, ErrExpired},
		{"from the future", 1e9 - 3600, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := testConfig()
			cfg.Now = at(test.now)
			if _, err := NewSigner(cfg, "salt").UnsignWithin(signed, time.Minute); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestGenuineButMalformedObjectIsRefused(t *testing.T) {
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	if err := json.NewEncoder(w).Encode(strings.Repeat("a", maxInflated)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	signer := NewSigner(testConfig(), "salt")
	for name, value := range map[string]string{
		"not base 64":        "e30=",
		"not JSON":           EncodeBase64([]byte("{")),
		"another type":       EncodeBase64([]byte(`"text"`)),
		"not deflated":       "." + EncodeBase64([]byte("{}")),
		"deflated, then cut": "." + EncodeBase64(bomb.Bytes()[:40]),
		"more than 64 KiB":   "." + EncodeBase64(bomb.Bytes()),
	} {
		t.Run(name, func(t *testing.T) {
			var got map[string]any
			if err := signer.Loads(signer.Sign(value), &got); !errors.Is(err, ErrMalformed) {
				t.Errorf("got %v, want %v", err, ErrMalformed)
			}
		})
	}
}

func TestJSONIsWrittenAsPythonWritesIt(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{map[string]any{"b": nil, "a": []int{1, 2}}, `{"a":[1,2],"b":null}`},
		{json.RawMessage(`{ "b": true, "a": 1.50 }`), `{"b":true,"a":1.50}`},
		{"<&>", `"<&>"`},
		{"\x00\b\f\n\r\t\x1f\x7f\"\\", `"\u0000\b\f\n\r\t\u001f\u007f\"\\"`},
		{"é\u2028😀", `"\u00e9\u2028\ud83d\ude00"`},
	} {
		got, err := marshalPython(test.value)
		if err != nil || string(got) != test.want {
			t.Errorf("%#v: got %s, %v, want %s", test.value, got, err, test.want)
		}
	}
	if _, err := NewSigner(testConfig(), "s").Dumps(math.NaN()); err == nil {
		t.Error("NaN is signed; it is not JSON")
	}
}

func TestResetTokenDiesWithWhatItIsBoundTo(t *testing.T) {
	login := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	subject := Subject{ID: "1", Password: "hash", LastLogin: &login, Email: "a@example.com", Extra: "x"}
	tokens := newTokens(t, testConfig(), DefaultResetConfig())
	token := tokens.Make(subject)
	later, fraction := login.Add(time.Second), login.Add(time.Millisecond).In(time.FixedZone("", 3600))
	for _, test := range []struct {
		name   string
		change func(s *Subject)
		want   error
	}{
		{"nothing changed", func(*Subject) {}, nil},
		{"login in another zone, with a fraction", func(s *Subject) { s.LastLogin = &fraction }, nil},
		{"another user", func(s *Subject) { s.ID = "2" }, ErrBadSignature},
		{"password changed", func(s *Subject) { s.Password = "other" }, ErrBadSignature},
		{"logged in since", func(s *Subject) { s.LastLogin = &later }, ErrBadSignature},
		{"never logged in", func(s *Subject) { s.LastLogin = nil }, ErrBadSignature},
		{"e-mail changed", func(s *Subject) { s.Email = "A@example.com" }, ErrBadSignature},
		{"address added", func(s *Subject) { s.Extra = "x|y" }, ErrBadSignature},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := subject
			test.change(&changed)
			if err := tokens.Check(changed, token); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestResetTokenHasOneSpelling(t *testing.T) {
	subject := Subject{ID: "1", Password: "hash"}
	tokens := newTokens(t, testConfig(), DefaultResetConfig())
	token := tokens.Make(subject)
	stamp, digest, _ := strings.Cut(token, "-")
	for name, given := range map[string]string{
		"empty":           "",
		"no hyphen":       stamp + digest,
		"two hyphens":     token + "-",
		"capitals":        strings.ToUpper(token),
		"leading zero":    "0" + token,
		"sign":            "+" + token,
		"digest cut":      token[:len(token)-1],
		"digest too long": token + "0",
		"huge time":       strings.Repeat("z", 13) + "-" + digest,
		"longer time":     strings.Repeat("1", 14) + "-" + digest,
		"another time":    "1-" + digest,
	} {
		t.Run(name, func(t *testing.T) {
			if err := tokens.Check(subject, given); err == nil {
				t.Errorf("%q is accepted", given)
			}
		})
	}
}

func TestResetTokenEnds(t *testing.T) {
	subject := Subject{ID: "1", Password: "hash"}
	reset := ResetConfig{Timeout: day, TimeZone: "Europe/Berlin"}
	token := newTokens(t, testConfig(), reset).Make(subject)
	for _, test := range []struct {
		name string
		age  time.Duration
		want error
	}{
		{"at its last second", day, nil},
		{"a second later", day + time.Second, ErrExpired},
		{"from the future", -time.Hour, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := testConfig()
			cfg.Now = at(1e9 + test.age.Seconds())
			if err := newTokens(t, cfg, reset).Check(subject, token); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestResetTokenShowsTheWallClockOfItsZone(t *testing.T) {
	for zone, offset := range map[string]int64{"": 0, "UTC": 0, "Europe/Berlin": 7200, "America/Chicago": -18000} {
		tokens := newTokens(t, testConfig(), ResetConfig{Timeout: day, TimeZone: zone}) // 2001-09-09: summer time
		if got, want := tokens.seconds(), int64(1e9)-seconds2001+offset; got != want {
			t.Errorf("%q: got %d, want %d", zone, got, want)
		}
	}
	if _, err := NewResetTokens(testConfig(), ResetConfig{TimeZone: "Mars/Olympus"}); err == nil {
		t.Error("an unknown zone is accepted")
	}
}

func TestSessionHashDiesWithThePassword(t *testing.T) {
	hasher := NewSessionHasher(testConfig())
	for _, hash := range []string{hasher.Hash("other"), "", NewSessionHasher(Config{SecretKey: "unknown"}).Hash("hash")} {
		if ok, _ := hasher.Verify("hash", hash); ok {
			t.Errorf("%q is accepted", hash)
		}
	}
}

func TestUIDHasOneSpelling(t *testing.T) {
	const uuid = "0123abcd-0123-4567-89ab-0123456789ab"
	for _, pk := range []string{"0", "1", "9223372036854775807", uuid} {
		if got, err := DecodeUID64(EncodeUID64(pk)); err != nil || got != pk {
			t.Errorf("base 64 of %s: got %s, %v", pk, got, err)
		}
		text, err := EncodeUID36(pk)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodeUID36(text); err != nil || got != pk {
			t.Errorf("base 36 of %s: got %s, %v", pk, got, err)
		}
	}
	for _, text := range []string{"", "01", "A", "-1", "+1", " 1", "1_0", "zzzzzzzzzzzzz", strings.Repeat("G", 32)} {
		if pk, err := DecodeUID36(text); !errors.Is(err, ErrMalformed) {
			t.Errorf("base 36 %q: got %q, %v", text, pk, err)
		}
	}
	for _, text := range []string{"", "MQ==", "MR", "M\nQ", "LTE", "MDE", "YWJj", strings.Repeat("MTEx", 20)} {
		if pk, err := DecodeUID64(text); !errors.Is(err, ErrMalformed) {
			t.Errorf("base 64 %q: got %q, %v", text, pk, err)
		}
	}
	for _, pk := range []string{"", "-1", "01", "abc", strings.ToUpper(uuid)} {
		if text, err := EncodeUID36(pk); !errors.Is(err, ErrMalformed) {
			t.Errorf("encode %q: got %q, %v", pk, text, err)
		}
	}
}

func TestBase62HasOneSpelling(t *testing.T) {
	for _, n := range []int64{0, -1, 62, math.MaxInt64, -math.MaxInt64} {
		if got, err := DecodeBase62(EncodeBase62(n)); err != nil || got != n {
			t.Errorf("%d: got %d, %v", n, got, err)
		}
	}
	if got := EncodeBase62(math.MinInt64); got != "-AzL8n0Y58m8" {
		t.Errorf("least number: got %s", got)
	}
	for _, text := range []string{"", "-", "00", "-0", "+1", "1_0", "é", "zzzzzzzzzzz", "AzL8n0Y58m8"} {
		if n, err := DecodeBase62(text); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: got %d, %v", text, n, err)
		}
	}
}

func TestEmailsExtraListsEachAddressOnce(t *testing.T) {
	got := EmailsExtra("Zoe@Example.com", []string{"zoe@example.com", "a@example.com", "Zoe@example.com"})
	if want := "Zoe@example.com|a@example.com|zoe@example.com"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestConfigWithoutKeysIsRefused(t *testing.T) {
	if err := testConfig().Validate(); err != nil {
		t.Error(err)
	}
	for _, cfg := range []Config{DefaultConfig(), {SecretKey: "x", SecretKeyFallbacks: []string{""}}} {
		if cfg.Validate() == nil {
			t.Errorf("%d fallbacks: accepted", len(cfg.SecretKeyFallbacks))
		}
	}
	for _, cfg := range []ResetConfig{{}, {Timeout: day, TimeZone: "Mars/Olympus"}} {
		if cfg.Validate() == nil {
			t.Errorf("%+v: accepted", cfg)
		}
	}
}
