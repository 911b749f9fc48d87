package keys

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// vectors are Project Wycheproof's tests of JSON Web Signatures and keys (Apache-2.0), and of RSA signatures.
type vectors struct {
	Vectors []struct {
		ID, Comment, Token string
		KeyJWK             json.RawMessage `json:"key_jwk"`
		Header             struct{ Alg string }
		PinnedRS256        string `json:"expect_pinned_rs256"`
		KeyAcceptable      bool   `json:"key_acceptable_at_startup"`
	}
	RawKeys []string `json:"raw_rs256_keys_pem"`
	Raw     []struct {
		ID     string
		Msg    string `json:"msg_hex"`
		Sig    string `json:"sig_hex"`
		KeyRef int    `json:"key_ref"`
		Result string
		Flags  []string
	} `json:"raw_rs256"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	text, err := os.ReadFile("testdata/jws_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Vectors) != 427 || len(v.Raw) != 259 {
		t.Fatalf("got %d and %d vectors, want 427 and 259", len(v.Vectors), len(v.Raw))
	}
	return v
}

// stricter are keys that the vectors would let a loader take, and that are refused here.
var stricter = map[string]string{
	"json_web_signature#tcId355": "key_ops",
	"json_web_key#tcId7":         "broken generator",
}

func TestWycheproofKeysAreTakenOnlyIfFitForRS256(t *testing.T) {
	for _, v := range readVectors(t).Vectors {
		_, err := Load("RS256", "", string(v.KeyJWK))
		want := v.KeyAcceptable
		if why, ok := stricter[v.ID]; ok {
			want = false
			if err != nil && !strings.Contains(err.Error(), why) {
				t.Errorf("%s: refused with %q, want words about %q", v.ID, err, why)
			}
		}
		if got := err == nil; got != want {
			t.Errorf("%s (%s): key taken: got %v, want %v (%v)", v.ID, v.Comment, got, want, err)
		}
	}
}

func TestWycheproofSignaturesUnderPinnedRS256(t *testing.T) { byEither(t, testPinnedRS256) }

func testPinnedRS256(t *testing.T, a *Accelerator) {
	accepted := 0
	for _, v := range readVectors(t).Vectors {
		set, err := a.Over(func() (*Set, error) { return Load("RS256", "", string(v.KeyJWK)) })()
		got := false
		if end := strings.LastIndexByte(v.Token, '.'); err == nil && end > 0 && v.Header.Alg == "RS256" {
			signature, malformed := base64.RawURLEncoding.Strict().DecodeString(v.Token[end+1:])
			got = malformed == nil && set.Verifying("")[0].Verify(v.Token[:end], signature) == nil
		}
		if want := v.PinnedRS256 == "accept_signature"; got != want {
			t.Errorf("%s (%s): got %v, want %v", v.ID, v.Comment, got, want)
		}
		if got {
			accepted++
		}
	}
	if accepted != 9 {
		t.Errorf("got %d signatures accepted, want 9", accepted)
	}
}

func TestWycheproofRawSignatures(t *testing.T) { byEither(t, testRawSignatures) }

func testRawSignatures(t *testing.T, a *Accelerator) {
	all := readVectors(t)
	var list []*Key
	for _, text := range all.RawKeys { // one has the exponent 3, which newKey would refuse
		found, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		k := &Key{algorithm: "RS256", method: jwt.SigningMethodRS256, public: found[0].public}
		if a.library != nil {
			if k, err = a.faster(k); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, k)
	}
	for _, v := range all.Raw {
		msg, err1 := hex.DecodeString(v.Msg)
		sig, err2 := hex.DecodeString(v.Sig)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v %v", v.ID, err1, err2)
		}
		got := list[v.KeyRef].Verify(string(msg), sig) == nil
		if want := v.Result == "valid"; got != want {
			t.Errorf("%s: got %v, want %v", v.ID, got, want)
		}
	}
}
