package attack

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

func TestForgedTokensAreWhatTheirRecipeSays(t *testing.T) {
	server, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeys(server, "secret")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, alg, key string
		post           []string
		segments       int
		genuine        bool // the server's key verifies it, as it stands
	}{
		{"the server's key", "RS256", "server", nil, 3, true},
		{"the attacker's key", "RS256", "attacker_rsa", nil, 3, false},
		{"another padding", "PS256", "server", nil, 3, false},
		{"another digest", "RS512", "server", nil, 3, false},
		{"a public key as a secret", "HS256", "pem_public", nil, 3, false},
		{"no signature", "none", "", nil, 3, false},
		{"signature stripped", "RS256", "server", []string{"strip_sig"}, 3, false},
		{"signature segment dropped", "RS256", "server", []string{"drop_sig_segment"}, 2, false},
		{"a fourth segment", "RS256", "server", []string{"append:.AAAA"}, 4, false},
		{"one bit of the signature", "RS256", "server", []string{"bitflip_sig"}, 3, false},
		{"one letter of the payload", "RS256", "server", []string{"bitflip_payload"}, 3, false},
		{"the signature of another text", "RS256", "server", []string{"sig_from"}, 3, false},
		{"segments swapped", "RS256", "server", []string{"swap_segments"}, 3, false},
		{"a longer payload is signed as it is", "RS256", "server", []string{"pad_payload:100"}, 3, true},
		{"other bits that nobody reads", "RS256", "server", []string{"noncanonical_last"}, 3, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			recipe := Mint{Header: `{"alg":"RS256"}`, Payload: `{"token_type":"access","exp":${NOW+60}}`, Post: test.post}
			recipe.Sign.Alg, recipe.Sign.Key = test.alg, &test.key
			token, err := keys.Forge(recipe, Values{})
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(token, ".")
			if len(parts) != test.segments {
				t.Fatalf("%d segments, want %d", len(parts), test.segments)
			}
			if got := len(parts) == 3 && verifies(&server.PublicKey, parts); got != test.genuine {
				t.Errorf("verifies with the server's key: %v, want %v", got, test.genuine)
			}
		})
	}
}

func TestUnknownOperationsAndKeysAreErrors(t *testing.T) {
	server, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeys(server, "secret")
	if err != nil {
		t.Fatal(err)
	}
	key := "no-such-key"
	unknownKey := Mint{Header: `{}`, Payload: `{}`}
	unknownKey.Sign.Alg, unknownKey.Sign.Key = "RS256", &key
	for name, recipe := range map[string]Mint{
		"key": unknownKey, "operation": {Header: `{}`, Payload: `{}`, Post: []string{"no_such_operation"}},
	} {
		if token, err := keys.Forge(recipe, Values{}); err == nil {
			t.Errorf("an unknown %s gives %q, want an error", name, token)
		}
	}
}

func TestValuesExpand(t *testing.T) {
	v := Values{"USER": "mike"}
	for in, want := range map[string]string{
		"${USER|upper} ${USER} ${NOBODY}": "MIKE mike ${NOBODY}",
		"%A3%%A1K%":                       "aaa" + strings.Repeat("a", 1024),
		"%KID2%":                          "kk",
		"/%2e%2e/%25":                     "/%2e%2e/%25",
	} {
		if got := v.Expand(in); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := v.Unresolved("${USER} ${NOBODY}"), "${NOBODY}"; got != want {
		t.Errorf("Unresolved = %q, want %q", got, want)
	}
}

// verifies decodes leniently, as most libraries do.
func verifies(key *rsa.PublicKey, parts []string) bool {
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
}

func TestValuesAreCutAndFiltered(t *testing.T) {
	v := Values{"T": "aB-_9"}
	for text, want := range map[string]string{
		"${T}": "aB-_9", "${T[:2]}|${T[2:]}": "aB|-_9", "${T[9:]}": "", "${T|upper}": "AB-_9", "${T|lower}": "ab-_9",
		"${T|swapcase}": "Ab-_9", "${T|stdb64}": "aB+/9", "${T[:1]|fullwidth}": "ａ", "${T|unknown}": "${T|unknown}",
		"${T[:1]|sha256hex|upper}": "CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9807785AFEE48BB",
	} {
		if got := v.Expand(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
