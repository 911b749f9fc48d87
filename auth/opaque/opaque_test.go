package opaque

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"watchword/models"
)

// vectors are values that the original package and Python computed.
type vectors struct {
	Tokens []struct {
		Token  string `json:"token"`
		SHA512 string `json:"stored_sha512_hex"`
	} `json:"tokens"`
	Lax [][2]string `json:"python_urlsafe_b64decode"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Tokens) < 3 || len(v.Lax) < 30 {
		t.Fatal("the vectors are incomplete")
	}
	return v
}

func newCodec(t *testing.T, prefix string, algorithms ...Algorithm) *Codec {
	t.Helper()
	c, err := NewCodec(algorithms, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDigestsAreThoseOfTheOriginal(t *testing.T) {
	c := newCodec(t, "", SHA256, SHA512)
	for _, v := range readVectors(t).Tokens {
		digests := c.Digests(v.Token)
		if len(digests) != 2 || len(digests[0]) != 32 || hex.EncodeToString(digests[1]) != v.SHA512 {
			t.Errorf("%s: got %x, want a SHA-256 and %s", v.Token, digests, v.SHA512)
		}
	}
}

func TestANewTokenIsFoundUnderEveryAlgorithm(t *testing.T) {
	for _, prefix := range []string{"", "ww_", "a-B_9"} {
		c := newCodec(t, prefix, SHA256, SHA512)
		text, digest := c.New()
		digests := c.Digests(text)
		if len(digests) != 2 || !bytes.Equal(digests[0], digest) || len(digest) != 32 || len(digests[1]) != 64 {
			t.Errorf("%q: got %x, want %x first", text, digests, digest)
		}
		want := 64
		if prefix != "" {
			want += len(prefix) + 6
		}
		if len(text) != want || !strings.HasPrefix(text, prefix) {
			t.Errorf("got %q, want %d characters", text, want)
		}
		if again, _ := c.New(); again == text {
			t.Error("two tokens are the same")
		}
	}
	if text, digest := newCodec(t, "", SHA512).New(); len(digest) != 64 || len(text) != 64 {
		t.Errorf("SHA-512: got %d bytes for %q", len(digest), text)
	}
}

func TestOnlyTheCanonicalTextIsRead(t *testing.T) {
	plain := newCodec(t, "", SHA256)
	text := "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKi-_LS4v"
	if plain.Digests(text) == nil {
		t.Fatal("the text itself is not read")
	}
	for name, bad := range map[string]string{
		"empty": "", "a half": text[:32], "one less": text[:63], "one more": text + "A", "four more": text + "AAAA",
		"padded": text + "=", "padding for the end": text[:60] + "====", "three and padding": text[:63] + "=",
		"the other alphabet": strings.NewReplacer("-", "+", "_", "/").Replace(text),
		"a line end within":  text[:10] + "\n" + text[10:], "a line end for a character": text[:10] + "\n" + text[11:],
		"line ends for four": text[:60] + "\r\n\r\n", "a blank": text[:10] + " " + text[11:],
		"an exclamation mark": text[:63] + "!", "full width": "ＡＡＡ" + text[3:], "NUL": text[:63] + "\x00",
		"twice": text + text, "a digest in hexadecimal": hex.EncodeToString(plain.Digests(text)[0]),
	} {
		got := plain.Digests(bad)
		if name == "a digest in hexadecimal" { // well formed, but another token
			if len(got) != 1 || bytes.Equal(got[0], plain.Digests(text)[0]) {
				t.Errorf("%s: got %x", name, got)
			}
			continue
		}
		if got != nil {
			t.Errorf("%s: %q is read", name, bad)
		}
	}
}

func TestNothingShorterThanATokenIsReadThatPythonReads(t *testing.T) {
	c := newCodec(t, "", SHA256)
	for _, v := range readVectors(t).Lax {
		if c.Digests(v[0]) != nil {
			t.Errorf("%q is read", v[0])
		}
	}
}

func TestPrefixedTokens(t *testing.T) {
	c, plain := newCodec(t, "ww_", SHA256), newCodec(t, "", SHA256)
	text, digest := c.New()
	body := text[3 : len(text)-6]
	if got := c.Digests(body); len(got) != 1 || bytes.Equal(got[0], digest) {
		t.Error("a token without its prefix is the same token")
	}
	old, oldDigest := plain.New()
	if got := c.Digests(old); len(got) != 1 || !bytes.Equal(got[0], oldDigest) {
		t.Error("a token from before the prefix is not found")
	}
	for name, bad := range map[string]string{
		"a bad checksum": text[:len(text)-1] + "!", "no checksum": text[:len(text)-6], "no prefix": text[3:],
		"another prefix": "xx_" + text[3:], "a prefix in capitals": "WW_" + text[3:], "only the prefix": "ww_",
		"a checksum alone": checksum(""), "a shorter body": "ww_" + body[1:] + checksum("ww_"+body[1:]),
		"another checksummed prefix": "xx_" + body + checksum("xx_"+body),
	} {
		if c.Digests(bad) != nil {
			t.Errorf("%s: %q is read", name, bad)
		}
	}
	if plain.Digests(text) != nil {
		t.Error("a prefixed token is read without the setting")
	}
}

// TestTheChecksumIsTheOneThatScannersCompute uses a CRC-32 that everybody knows: that of "123456789" is CBF43926.
func TestTheChecksumIsTheOneThatScannersCompute(t *testing.T) {
	if got, want := checksum("123456789"), "3jZRME"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := checksum(""); got != "000000" {
		t.Errorf("got %s, want 000000", got)
	}
}

func TestNewCodecRefusesWhatCannotWork(t *testing.T) {
	for name, tt := range map[string]struct {
		algorithms []Algorithm
		prefix     string
	}{
		"no digest": {}, "one twice": {algorithms: []Algorithm{SHA256, SHA256}},
		"a blank in the prefix":         {[]Algorithm{SHA256}, "w w"},
		"a long prefix":                 {[]Algorithm{SHA256}, strings.Repeat("w", 33)},
		"a prefix with an escaped sign": {[]Algorithm{SHA256}, "w/"},
	} {
		if _, err := NewCodec(tt.algorithms, tt.prefix); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var a Algorithm
	if err := a.UnmarshalText([]byte("md5")); err == nil {
		t.Error("md5 is an algorithm")
	}
	if err := a.UnmarshalText([]byte("sha512")); err != nil || a != SHA512 {
		t.Errorf("got %s, %v", a, err)
	}
}

func FuzzDigests(f *testing.F) {
	plain, prefixed := &Codec{algorithms: []Algorithm{SHA256}}, &Codec{algorithms: []Algorithm{SHA256}, prefix: "ww_"}
	text, _ := prefixed.New()
	f.Add(text)
	f.Add(text[3:67])
	f.Add("")
	seen := map[string]string{}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []*Codec{plain, prefixed} {
			for _, d := range c.Digests(text) {
				if other, ok := seen[string(d)]; ok && other != text {
					t.Errorf("%q and %q are one token", text, other)
				}
				seen[string(d)] = text
			}
		}
	})
}

var sink []models.Digest

func BenchmarkDigests(b *testing.B) {
	c := &Codec{algorithms: []Algorithm{SHA256}}
	text, _ := c.New()
	for b.Loop() {
		sink = c.Digests(text)
	}
}
