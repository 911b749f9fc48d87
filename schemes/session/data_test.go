package session

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth/signing"
)

func TestDataIsDjangos(t *testing.T) {
	text, err := os.ReadFile("testdata/sessions.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name        string
		Session     data
		SecretKey   string `json:"secret_key"`
		Time        float64
		SessionData string `json:"session_data"`
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 9 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			signer := signing.NewSigner(signing.Config{
				SecretKey: v.SecretKey, Now: func() time.Time { return time.Unix(int64(v.Time), 0) },
			}, salt)
			got, saved, err := decode(signer, v.SessionData)
			if err != nil {
				t.Fatal("Django's is not read: ", err)
			}
			if v.Time != 0 && saved.Unix() != int64(v.Time) {
				t.Errorf("saved at %v, want %v", saved.Unix(), v.Time)
			}
			if diff := cmp.Diff(values(t, v.Session), values(t, got)); diff != "" {
				t.Errorf("Django's (-want +got):\n%s", diff)
			}
			ours, err := got.encode(signer)
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := decode(signer, ours)
			if diff := cmp.Diff(values(t, got), values(t, again)); err != nil || diff != "" {
				t.Errorf("ours, %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// values are the entries of d as values: an escaped character is the character.
func values(t *testing.T, d data) map[string]any {
	t.Helper()
	all := map[string]any{}
	for key, raw := range d {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		all[key] = v
	}
	return all
}

func TestEntriesThatMeanNothingHereAreKeptAsTheyAre(t *testing.T) {
	signer := signing.NewSigner(signing.Config{SecretKey: "key"}, salt)
	const entries = `{"big":123456789012345678901234567890,"float":1.10,"half":"\ud800","nested":{"b":1,"a":[null,true]}}`
	d, _, err := decode(signer, signer.Sign(signing.EncodeBase64([]byte(entries))))
	if err != nil {
		t.Fatal(err)
	}
	d.set(userKey, "1")
	delete(d, userKey)
	text, err := d.encode(signer)
	if err != nil {
		t.Fatal(err)
	}
	var got json.RawMessage
	if err := signer.Loads(text, &got); err != nil || string(got) != entries {
		t.Errorf("got %s, %v, want %s", got, err, entries)
	}
}

func TestKeysAreUniform(t *testing.T) {
	counts := map[rune]int{}
	const keys = 5000
	for range keys {
		key := newKey()
		if len(key) != keyLength || strings.Trim(key, keyAlphabet) != "" {
			t.Fatalf("got %q", key)
		}
		for _, c := range key {
			counts[c]++
		}
	}
	expected := float64(keys*keyLength) / float64(len(keyAlphabet))
	chiSquare := 0.0
	for _, c := range keyAlphabet {
		d := float64(counts[c]) - expected
		chiSquare += d * d / expected
	}
	if chiSquare > 100 { // 35 degrees of freedom: once in 10^7 runs
		t.Errorf("chi square is %.1f: %v", chiSquare, counts)
	}
}

func TestFaultsOfTheSettings(t *testing.T) {
	for _, cfg := range []Config{DefaultConfig(), ExactConfig()} {
		if err := cfg.Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, test := range []struct {
		change func(c *Config)
		want   string
	}{
		{func(c *Config) { c.CookieAge = 0 }, "SESSION_COOKIE_AGE: "},
		{func(c *Config) { c.CookiePath = "" }, "SESSION_COOKIE_PATH: "},
		{func(c *Config) { c.CookieName, c.CookieSecure = "__Host-sessionid", false }, "SESSION_COOKIE_NAME: "},
	} {
		cfg := DefaultConfig()
		test.change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %s…", err, test.want)
		}
	}
	var e Engine
	if err := e.UnmarshalText([]byte("django.contrib.sessions.backends.db")); err != nil || e != Database {
		t.Errorf("got %q, %v", e, err)
	}
	if err := e.UnmarshalText([]byte("django.contrib.sessions.backends.cache")); err == nil {
		t.Error("sessions in a cache are accepted")
	}
}

func TestNumbersThatOnlyPythonHasAreKept(t *testing.T) {
	signer := signing.NewSigner(signing.Config{SecretKey: "secret"}, salt)
	written := signer.Sign(signing.EncodeBase64([]byte(`{"_auth_user_id":"7","cart":{"total":NaN}}`)))
	d, _, err := decode(signer, written)
	if err != nil {
		t.Fatal("what Django writes is not read: ", err)
	}
	if got := d.user(false); got != "7" {
		t.Errorf("the session is %q's, want 7's", got)
	}
	d.set(csrfKey, "c")
	again, err := d.encode(signer)
	if err != nil {
		t.Fatal(err)
	}
	if d, _, err = decode(signer, again); err != nil || string(d["cart"]) != `{"total":NaN}` {
		t.Errorf("written again it holds %s, %v", d["cart"], err)
	}
}
