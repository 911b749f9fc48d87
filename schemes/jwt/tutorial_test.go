package jwt

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/schemes"
	"watchword/schemes/jwt/keys"
)

// tutorialVectors are tokens that Python made.
type tutorialVectors struct {
	Secret string
	Tokens []struct {
		ID    json.Number
		Exp   int64
		Token string
	}
}

func loadTutorialVectors(t *testing.T) (v tutorialVectors) {
	t.Helper()
	data, err := os.ReadFile("testdata/tutorial.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil || len(v.Tokens) == 0 {
		t.Fatalf("testdata/tutorial.json: %v", err)
	}
	return v
}

// newTutorial returns a scheme over two users, alice (1) and bob (2), who is disabled.
func newTutorial(t *testing.T, cfg TutorialConfig) (*Tutorial, *clock) {
	t.Helper()
	at := newClock()
	cfg.Now = at.now
	s, err := NewTutorial(cfg, secretKey, newStore())
	if err != nil {
		t.Fatal(err)
	}
	return s, at
}

func TestTutorialTokensAreThoseOfPython(t *testing.T) {
	vectors := loadTutorialVectors(t)
	cfg := DefaultTutorialConfig()
	cfg.SigningKey = vectors.Secret
	s, at := newTutorial(t, cfg)
	for _, v := range vectors.Tokens {
		at.at = time.Unix(v.Exp, 0).Add(-cfg.Lifetime)
		grant, err := s.Issue(bearerRequest(""), &models.User{ID: models.UserID(v.ID)})
		want := schemes.Grant{Access: v.Token, AccessUntil: time.Unix(v.Exp, 0).UTC()}
		if diff := cmp.Diff(want, grant); diff != "" || err != nil {
			t.Errorf("Issue(%s): %v (-want +got)\n%s", v.ID, err, diff)
		}
		id, err := s.Authenticate(bearerRequest("Bearer " + v.Token))
		var failure *schemes.Failure
		if errors.As(err, &failure) && failure.Reason == schemes.UserInactive {
			continue // bob: the token itself is good
		}
		if err != nil || id.User == nil || id.User.ID != models.UserID(v.ID) {
			t.Errorf("Authenticate(%s) = %+v, %v", v.ID, id, err)
		}
	}
}

func TestTutorialIdentity(t *testing.T) {
	s, at := newTutorial(t, DefaultTutorialConfig())
	alice := newStore().alice()
	grant, err := s.Issue(bearerRequest(""), alice)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Authenticate(bearerRequest("Bearer " + grant.Access))
	if err != nil {
		t.Fatal(err)
	}
	want := schemes.Identity{User: alice, Scheme: "tutorial-jwt",
		Claims: map[string]any{"id": int64(1), "exp": at.at.Add(60 * 24 * time.Hour).Unix()}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := s.Revoke(bearerRequest(""), got); err != nil {
		t.Errorf("Revoke: %v", err)
	}
	if s.Challenge() != "" {
		t.Errorf("Challenge = %q, want none", s.Challenge())
	}
}

func TestTutorialHeader(t *testing.T) {
	s, _ := newTutorial(t, DefaultTutorialConfig())
	grant, err := s.Issue(bearerRequest(""), newStore().alice())
	if err != nil {
		t.Fatal(err)
	}
	good := grant.Access
	tests := []struct {
		name, header string
		want         schemes.Reason // -1: somebody; 0: nobody
	}{
		{"none", "", 0},
		{"right", "Bearer " + good, -1},
		{"lower case", "bearer " + good, -1},
		{"upper case", "BEARER " + good, -1},
		{"two spaces", "Bearer  " + good, -1},
		{"no token", "Bearer", 0},
		{"three words", "Bearer " + good + " x", 0},
		{"another scheme", "Token " + good, 0},
		{"a word that only looks alike", "Bearer\u200b " + good, 0},
		{"the token alone", good, 0},
		{"a tab for a space", "Bearer\t" + good, 0},
		{"garbage", "Bearer abc", schemes.Invalid},
		{"not UTF-8", "Bearer \xff\xfe", schemes.Invalid},
		{"four segments", "Bearer " + good + ".x", schemes.Invalid},
		{"a dot at the end", "Bearer " + good + ".", schemes.Invalid},
		{"quotes", `Bearer "` + good + `"`, schemes.Invalid},
		{"padding", "Bearer " + good + "=", schemes.Invalid},
		{"no signature", "Bearer " + good[:strings.LastIndexByte(good, '.')+1], schemes.Invalid},
		{"too long", "Bearer " + good + strings.Repeat("A", 4096), schemes.Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantReason(t, s, test.header, test.want) })
	}
	twice := bearerRequest("Bearer " + good)
	twice.Header.Add("Authorization", "Bearer "+good)
	if id, err := s.Authenticate(twice); err != nil || !id.Anonymous() {
		t.Errorf("two headers: got %+v, %v; want nobody", id, err)
	}
}

// wantReason authenticates: -1 wants somebody, 0 nobody, and other reasons a failure.
func wantReason(t *testing.T, s schemes.Scheme, header string, want schemes.Reason) {
	t.Helper()
	id, err := s.Authenticate(bearerRequest(header))
	var failure *schemes.Failure
	switch {
	case want > 0 && (!errors.As(err, &failure) || failure.Reason != want || failure.Scheme != s.Name()):
		t.Errorf("got %+v, %v; want %s", id, err, want)
	case want <= 0 && err != nil:
		t.Errorf("got %v", err)
	case id.Anonymous() != (want >= 0):
		t.Errorf("got %+v", id)
	}
}

// mac signs text segments as they are.
func mac(newHash func() hash.Hash, secret, header, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(header)) + "." + encode([]byte(payload))
	h := hmac.New(newHash, []byte(secret))
	h.Write([]byte(input))
	return input + "." + encode(h.Sum(nil))
}

func TestTutorialTokensThatWereSignedWithTheSecret(t *testing.T) {
	const usual = `{"typ":"JWT","alg":"HS256"}`
	now := newClock().at.Unix()
	soon, past := now+3600, now-1
	payload := func(id string, exp int64) string { return fmt.Sprintf(`{"id":%s,"exp":%d}`, id, exp) }
	tests := []struct {
		name, header, payload string
		want                  schemes.Reason
	}{
		{"as ours", usual, payload("1", soon), -1},
		{"another order of the header", `{"alg":"HS256","typ":"JWT"}`, payload("1", soon), -1},
		{"no typ", `{"alg":"HS256"}`, payload("1", soon), -1},
		{"more claims", usual, fmt.Sprintf(`{"id":1,"exp":%d,"username":"x"}`, soon), -1},
		{"an end with a fraction", usual, fmt.Sprintf(`{"id":1,"exp":%d.5}`, soon), -1},
		{"an id as text", usual, payload(`"1"`, soon), -1},
		{"nbf and iat in the past", usual, fmt.Sprintf(`{"id":1,"exp":%d,"nbf":%d,"iat":%d}`, soon, past, past), -1},

		{"over", usual, payload("1", past), schemes.Expired},
		{"over this second", usual, payload("1", now), schemes.Expired},
		{"longer than any", usual, payload("1", now+61*24*3600), schemes.Invalid},
		{"no end", usual, `{"id":1}`, schemes.NoExpiry},
		{"no end, but null", usual, `{"id":1,"exp":null}`, schemes.Invalid},
		{"an end as text", usual, fmt.Sprintf(`{"id":1,"exp":"%d"}`, soon), schemes.Invalid},
		{"nbf in the future", usual, fmt.Sprintf(`{"id":1,"exp":%d,"nbf":%d}`, soon, soon), schemes.Invalid},
		{"iat in the future", usual, fmt.Sprintf(`{"id":1,"exp":%d,"iat":%d}`, soon, soon), schemes.Invalid},
		{"for somebody else", usual, fmt.Sprintf(`{"id":1,"exp":%d,"aud":"x"}`, soon), schemes.Invalid},
		{"a claim twice", usual, fmt.Sprintf(`{"id":2,"id":1,"exp":%d}`, soon), schemes.Invalid},
		{"a claim in another case", usual, fmt.Sprintf(`{"id":1,"ID":2,"exp":%d}`, soon), schemes.Invalid},
		{"crit", `{"alg":"HS256","crit":["x"],"x":1}`, payload("1", soon), schemes.Invalid},
		{"another algorithm in the header", `{"typ":"JWT","alg":"none"}`, payload("1", soon), schemes.Invalid},
		{"of another type", `{"typ":"at+jwt","alg":"HS256"}`, payload("1", soon), schemes.Invalid},

		{"unknown user", usual, payload("99", soon), schemes.UserMissing},
		{"disabled user", usual, payload("2", soon), schemes.UserInactive},
		{"no id", usual, fmt.Sprintf(`{"exp":%d}`, soon), schemes.NoUser},
		{"null", usual, payload("null", soon), schemes.NoUser},
		{"true", usual, payload("true", soon), schemes.NoUser},
		{"1.0", usual, payload("1.0", soon), schemes.NoUser},
		{"a blank before the number", usual, payload(`" 1"`, soon), schemes.NoUser},
		{"a leading zero", usual, payload(`"01"`, soon), schemes.NoUser},
		{"a list", usual, payload("[1]", soon), schemes.NoUser},
		{"another package's access token", usual,
			fmt.Sprintf(`{"token_type":"access","exp":%d,"jti":"x","user_id":1}`, soon), schemes.NoUser},
	}
	s, _ := newTutorial(t, DefaultTutorialConfig())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantReason(t, s, "Bearer "+mac(sha256.New, secretKey, test.header, test.payload), test.want)
		})
	}
	t.Run("HS384 and HS512", func(t *testing.T) {
		for alg, newHash := range map[string]func() hash.Hash{"HS384": sha512.New384, "HS512": sha512.New} {
			token := mac(newHash, secretKey, `{"typ":"JWT","alg":"`+alg+`"}`, payload("1", soon))
			wantReason(t, s, "Bearer "+token, schemes.Invalid)
		}
	})
	t.Run("another secret", func(t *testing.T) {
		wantReason(t, s, "Bearer "+mac(sha256.New, secretKey+"x", usual, payload("1", soon)), schemes.Invalid)
	})
	t.Run("exactly, a token may outlive those that are handed out", func(t *testing.T) {
		exact, _ := newTutorial(t, ExactTutorialConfig())
		wantReason(t, exact, "Bearer "+mac(sha256.New, secretKey, usual, payload("1", 4102444800)), -1)
	})
}

func TestTutorialTokensAndPairsAreNotEachOthers(t *testing.T) {
	tutorial, at := newTutorial(t, DefaultTutorialConfig())
	set, err := keys.Secret("HS256", secretKey, 32)
	if err != nil {
		t.Fatal(err)
	}
	pairs := exact(t, nil)
	pairs.keys, pairs.cfg.Now = set, at.now // the worst case: both have one secret
	long, err := pairs.Issue(bearerRequest(""), pairs.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	short, err := tutorial.Issue(bearerRequest(""), pairs.store.alice())
	if err != nil {
		t.Fatal(err)
	}
	wantReason(t, tutorial, "Bearer "+long.Access, schemes.NoUser)
	wantReason(t, tutorial, "Bearer "+long.Refresh, schemes.NoUser)
	wantReason(t, pairs, "Bearer "+short.Access, schemes.NoID)
	wantReason(t, safe(t, nil), "Bearer "+short.Access, schemes.Invalid)
}

func TestTutorialSecrets(t *testing.T) {
	long, short := strings.Repeat("k", 32), strings.Repeat("k", 31)
	tests := []struct {
		name               string
		cfg                TutorialConfig
		signing, secretKey string
		ok                 bool
	}{
		{"SECRET_KEY stands in", DefaultTutorialConfig(), "", long, true},
		{"a short SECRET_KEY", DefaultTutorialConfig(), "", short, false},
		{"a short SECRET_KEY, exactly", ExactTutorialConfig(), "", short, true},
		{"a short key of its own", DefaultTutorialConfig(), short, long, false},
		{"a key of its own", DefaultTutorialConfig(), long, short, true},
		{"none at all", ExactTutorialConfig(), "", "", false},
		{"a public key", ExactTutorialConfig(), "-----BEGIN PUBLIC KEY-----\nAAAA", long, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.cfg.SigningKey = test.signing
			_, err := NewTutorial(test.cfg, test.secretKey, newStore())
			if (err == nil) != test.ok {
				t.Fatalf("got %v, want ok %v", err, test.ok)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "SIGNING_KEY: ") || strings.Contains(err.Error(), "kkk")) {
				t.Errorf("the error must name the setting and not the secret: %v", err)
			}
		})
	}
}

func TestTutorialConfigFaults(t *testing.T) {
	for _, change := range []func(*TutorialConfig){
		func(c *TutorialConfig) { c.Lifetime = 0 },
		func(c *TutorialConfig) { c.Lifetime = 61 * 24 * time.Hour },
		func(c *TutorialConfig) { c.MinSecretLength = 0 },
	} {
		cfg := DefaultTutorialConfig()
		change(&cfg)
		if cfg.Validate() == nil {
			t.Errorf("no fault in %+v", cfg)
		}
	}
	for _, cfg := range []TutorialConfig{DefaultTutorialConfig(), ExactTutorialConfig()} {
		if err := cfg.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestTutorialStorageFailuresAreOurs(t *testing.T) {
	s, err := NewTutorial(DefaultTutorialConfig(), secretKey, brokenStore{})
	if err != nil {
		t.Fatal(err)
	}
	token := mac(sha256.New, secretKey, `{"alg":"HS256"}`, fmt.Sprintf(`{"id":1,"exp":%d}`, time.Now().Unix()+60))
	_, err = s.Authenticate(bearerRequest("Bearer " + token))
	var failure *schemes.Failure
	if err == nil || errors.As(err, &failure) {
		t.Errorf("got %v, want an error that is no failure", err)
	}
}
