package signing

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// vectors are values that Django has made; see testdata.
type vectors struct {
	SecretKey string   `json:"SECRET_KEY"`
	Fallbacks []string `json:"SECRET_KEY_FALLBACKS"`
	Vectors   []vector
}

type vector struct {
	Kind, Name    string
	Given, Expect json.RawMessage
}

func readJSON[T any](t *testing.T, path string) (v T) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse[T](t, data)
}

func parse[T any](t *testing.T, data []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// eachVector runs check as a subtest for every vector of a kind, and fails when there is none.
func eachVector(t *testing.T, kind string, check func(t *testing.T, all vectors, v vector)) {
	t.Helper()
	all := readJSON[vectors](t, "testdata/django.json")
	n := 0
	for _, v := range all.Vectors {
		if v.Kind == kind {
			n++
			t.Run(v.Name, func(t *testing.T) { check(t, all, v) })
		}
	}
	if n == 0 {
		t.Fatalf("no vectors of kind %q", kind)
	}
}

// at returns a clock that stands still, at seconds of Unix time.
func at(seconds float64) func() time.Time {
	return func() time.Time { return time.Unix(0, int64(seconds*1e9)) }
}

func TestSaltedHMACIsDjangos(t *testing.T) {
	eachVector(t, "salted_hmac", func(t *testing.T, _ vectors, v vector) {
		given := parse[struct {
			KeySalt       string `json:"key_salt"`
			Value, Secret string
		}](t, v.Given)
		want := parse[struct {
			HMAC string `json:"hmac_hex"`
		}](t, v.Expect).HMAC
		if got := hex.EncodeToString(SaltedHMAC(given.KeySalt, given.Value, given.Secret)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestBasesAreDjangos(t *testing.T) {
	bases := map[string]struct {
		encode func(int64) string
		decode func(string) (int64, error)
	}{"base62": {EncodeBase62, DecodeBase62}, "base36": {EncodeBase36, DecodeBase36}}
	for kind, base := range bases {
		eachVector(t, kind, func(t *testing.T, _ vectors, v vector) {
			n := parse[struct{ N int64 }](t, v.Given).N
			text := parse[struct{ Text string }](t, v.Expect).Text
			if got := base.encode(n); got != text {
				t.Errorf("encode: got %s, want %s", got, text)
			}
			if got, err := base.decode(text); err != nil || got != n {
				t.Errorf("decode: got %d, %v, want %d", got, err, n)
			}
		})
	}
}

func TestUIDsAreDjangosAndAllauths(t *testing.T) {
	eachVector(t, "uid", func(t *testing.T, _ vectors, v vector) {
		pk := parse[struct{ PK json.Number }](t, v.Given).PK.String()
		want := parse[struct {
			Base36 string `json:"allauth_base36"`
			Base64 string `json:"django_base64"`
		}](t, v.Expect)
		if got := EncodeUID64(pk); got != want.Base64 {
			t.Errorf("encode base 64: got %s, want %s", got, want.Base64)
		}
		if got, err := DecodeUID64(want.Base64); err != nil || got != pk {
			t.Errorf("decode base 64: got %s, %v, want %s", got, err, pk)
		}
		if got, err := EncodeUID36(pk); err != nil || got != want.Base36 {
			t.Errorf("encode base 36: got %s, %v, want %s", got, err, want.Base36)
		}
		if got, err := DecodeUID36(want.Base36); err != nil || got != pk {
			t.Errorf("decode base 36: got %s, %v, want %s", got, err, pk)
		}
	})
}

func TestDumpsIsDjangos(t *testing.T) {
	eachVector(t, "signing.dumps", func(t *testing.T, _ vectors, v vector) {
		given := parse[struct {
			Obj       json.RawMessage
			Salt, Key string
			Compress  bool
			Time      float64
		}](t, v.Given)
		want := parse[struct{ Text string }](t, v.Expect).Text
		signer := NewSigner(Config{SecretKey: given.Key, Now: at(given.Time)}, given.Salt)
		checkDumps(t, signer, given.Obj, given.Compress, want)
	})
}

func TestSessionDataIsDjangos(t *testing.T) {
	eachVector(t, "session_data", func(t *testing.T, _ vectors, v vector) {
		given := parse[struct {
			Session   json.RawMessage
			SecretKey string `json:"SECRET_KEY"`
			Time      float64
			Compress  bool
		}](t, v.Given)
		want := parse[struct {
			Data string `json:"session_data"`
		}](t, v.Expect).Data
		cfg := Config{SecretKey: given.SecretKey, Now: at(given.Time)}
		signer := NewSigner(cfg, "django.contrib.sessions.SessionStore")
		checkDumps(t, signer, given.Session, given.Compress, want)
	})
}

// checkDumps signs obj and expects want; where that is compressed, which every zlib does in its own way, it expects the
// same JSON behind it instead.
func checkDumps(t *testing.T, signer *Signer, obj json.RawMessage, compress bool, want string) {
	t.Helper()
	dumps := signer.Dumps
	if compress {
		dumps = signer.DumpsCompressed
	}
	got, err := dumps(obj)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(want, ".") && got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if strings.HasPrefix(got, ".") != strings.HasPrefix(want, ".") {
		t.Errorf("got %s, want %s: only one of them is compressed", got, want)
	}
	var gotJSON, wantJSON json.RawMessage
	if err := signer.Loads(got, &gotJSON); err != nil {
		t.Errorf("ours: %v", err)
	}
	if err := signer.Loads(want, &wantJSON); err != nil {
		t.Errorf("Django's: %v", err)
	}
	if diff := cmp.Diff(string(wantJSON), string(gotJSON)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

func TestEmailConfirmationKeyIsAllauths(t *testing.T) {
	eachVector(t, "email_confirmation", func(t *testing.T, _ vectors, v vector) {
		given := parse[struct {
			ID        int64   `json:"emailaddress_id"`
			SecretKey string  `json:"SECRET_KEY"`
			Time      float64 `json:"time"`
			Salt      string
		}](t, v.Given)
		want := parse[struct{ Key string }](t, v.Expect).Key
		signer := NewSigner(Config{SecretKey: given.SecretKey, Now: at(given.Time)}, given.Salt)
		if got, err := signer.Dumps(given.ID); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
		var id int64
		if err := signer.LoadsWithin(want, time.Second, &id); err != nil || id != given.ID {
			t.Errorf("got %d, %v, want %d", id, err, given.ID)
		}
	})
}

func TestSessionHashIsDjangos(t *testing.T) {
	eachVector(t, "session_auth_hash", func(t *testing.T, all vectors, v vector) {
		given := parse[struct {
			Password  string
			SecretKey string `json:"SECRET_KEY"`
		}](t, v.Given)
		want := parse[struct{ Hash string }](t, v.Expect).Hash
		if got := NewSessionHasher(Config{SecretKey: given.SecretKey}).Hash(given.Password); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		hasher := NewSessionHasher(Config{SecretKey: all.SecretKey, SecretKeyFallbacks: all.Fallbacks})
		wantStale := given.SecretKey != all.SecretKey
		if ok, stale := hasher.Verify(given.Password, want); !ok || stale != wantStale {
			t.Errorf("Verify: got %v, %v, want true, %v", ok, stale, wantStale)
		}
	})
}

func TestResetTokenIsDjangosAndAllauths(t *testing.T) {
	eachVector(t, "reset_token", func(t *testing.T, all vectors, v vector) {
		given := parse[struct {
			User struct {
				ID              json.Number
				Password, Email string
				LastLogin       *time.Time `json:"last_login"`
			}
			EmailAddresses []string
		}](t, v.Given)
		want := parse[struct {
			Timestamp int64
			HashValue string `json:"hash_value"`
			Token     string
			OldToken  string `json:"token_with_old_secret"`
		}](t, v.Expect)
		subject := Subject{
			ID: given.User.ID.String(), Password: given.User.Password, LastLogin: given.User.LastLogin,
			Email: given.User.Email,
		}
		if strings.HasPrefix(v.Name, "allauth") {
			subject.Extra = EmailsExtra(given.User.Email, given.EmailAddresses)
		}
		cfg := Config{SecretKey: all.SecretKey, SecretKeyFallbacks: all.Fallbacks, Now: at(1717243322.75)}
		tokens := newTokens(t, cfg, ExactResetConfig())
		if got := subject.value(want.Timestamp); got != want.HashValue {
			t.Errorf("value: got %s, want %s", got, want.HashValue)
		}
		if got := tokens.Make(subject); got != want.Token {
			t.Errorf("got %s, want %s", got, want.Token)
		}
		for _, token := range []string{want.Token, want.OldToken} {
			if err := tokens.Check(subject, token); err != nil {
				t.Errorf("Check(%s): %v", token, err)
			}
		}
	})
}

func newTokens(t *testing.T, cfg Config, reset ResetConfig) *ResetTokens {
	t.Helper()
	tokens, err := NewResetTokens(cfg, reset)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// kitVectors were made with another key.
type kitVectors struct {
	ResetToken []struct {
		Secret    string
		PK        json.Number
		Password  string
		LastLogin *time.Time `json:"last_login"`
		Email     string
		Seconds   int64  `json:"ts_seconds_since_2001"`
		HashInput string `json:"hash_input"`
		Token     string
	} `json:"reset_token"`
	SessionHash struct {
		Password string `json:"password_field"`
		Secret   string
		Hash     string
	} `json:"session_auth_hash"`
	SessionData struct {
		Dict    json.RawMessage
		Encoded string
	} `json:"session_data"`
	Base64 [][2]string `json:"python_urlsafe_b64decode"`
}

func TestOtherDjangoProject(t *testing.T) {
	kit := readJSON[kitVectors](t, "testdata/kit.json")
	for _, v := range kit.ResetToken {
		cfg := Config{SecretKey: v.Secret, Now: at(float64(v.Seconds + seconds2001))}
		subject := Subject{ID: v.PK.String(), Password: v.Password, LastLogin: v.LastLogin, Email: v.Email}
		if got := newTokens(t, cfg, ExactResetConfig()).Make(subject); got != v.Token {
			t.Errorf("reset token: got %s, want %s", got, v.Token)
		}
	}
	cfg := Config{SecretKey: kit.SessionHash.Secret}
	if got := NewSessionHasher(cfg).Hash(kit.SessionHash.Password); got != kit.SessionHash.Hash {
		t.Errorf("session hash: got %s, want %s", got, kit.SessionHash.Hash)
	}
	var got json.RawMessage
	signer := NewSigner(cfg, "django.contrib.sessions.SessionStore")
	if err := signer.Loads(kit.SessionData.Encoded, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(parse[any](t, kit.SessionData.Dict), parse[any](t, got)); diff != "" {
		t.Errorf("session data (-want +got):\n%s", diff)
	}
}

func TestDecodeBase64IsPythonsWithoutItsLeniency(t *testing.T) {
	same := 0
	for _, v := range readJSON[kitVectors](t, "testdata/kit.json").Base64 {
		text, want := v[0], v[1]
		data, err := DecodeBase64(text)
		canonical := strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
		switch {
		case err != nil && canonical && len(text)%4 == 0:
			t.Errorf("%q: refused", text)
		case err == nil && !canonical:
			t.Errorf("%q: accepted", text)
		case err == nil && len(text)%4 == 0:
			same++
			if got := hex.EncodeToString(data); got != want {
				t.Errorf("%q: got %s, want %s", text, got, want)
			}
		}
	}
	if same < 3 {
		t.Errorf("only %d values compared", same)
	}
}
