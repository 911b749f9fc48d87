package signing

import (
	"encoding/json"
	"testing"
)

// FuzzUnsign looks for a text that is accepted without having been signed, and for one that makes a reader panic.
func FuzzUnsign(f *testing.F) {
	signer := NewSigner(testConfig(), "salt")
	signed, err := signer.DumpsCompressed(map[string]string{"a": "b"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add(":::")
	f.Add(".eJyrVspWslIqGyZAqRYAJvNeVg:1sDNQw:75JmcN2RFC6zIoio3GhQKj-MaV4NI7cE5M4tkbadj-w")
	f.Fuzz(func(t *testing.T, text string) {
		var got json.RawMessage
		if err := signer.Loads(text, &got); err == nil && text != signed {
			t.Errorf("%q is accepted", text)
		}
		if err := signer.Loads(signer.Sign(text), &got); err == nil && !json.Valid(got) {
			t.Errorf("%q: %s is not JSON", text, got)
		}
	})
}

// FuzzCodings checks that everything that is read has one spelling.
func FuzzCodings(f *testing.F) {
	for _, seed := range []string{"1sDNQw", "c7xyre", "MQ", "10", "-1", "0123abcd0123456789ab0123456789ab"} {
		f.Add(seed)
	}
	tokens, err := NewResetTokens(testConfig(), DefaultResetConfig())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := DecodeBase62(text); err == nil && EncodeBase62(n) != text {
			t.Errorf("base 62 %q: %d", text, n)
		}
		if n, err := DecodeBase36(text); err == nil && EncodeBase36(n) != text {
			t.Errorf("base 36 %q: %d", text, n)
		}
		if data, err := DecodeBase64(text); err == nil && EncodeBase64(data) != text {
			t.Errorf("base 64 %q: %x", text, data)
		}
		if pk, err := DecodeUID64(text); err == nil && EncodeUID64(pk) != text {
			t.Errorf("uid %q: %s", text, pk)
		}
		if pk, err := DecodeUID36(text); err == nil {
			if again, err := EncodeUID36(pk); err != nil || again != text {
				t.Errorf("uid %q: %s, %v", text, again, err)
			}
		}
		if tokens.Check(Subject{ID: "1"}, text) == nil {
			t.Errorf("token %q is accepted", text)
		}
	})
}
