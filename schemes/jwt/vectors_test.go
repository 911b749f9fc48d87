package jwt

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
	"watchword/schemes"
)

func encodeText(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// djangoVector is a value that the Python packages made.
type djangoVector struct {
	Kind, Name    string
	Given, Expect json.RawMessage
}

func djangoVectors(t *testing.T, kind string) []djangoVector {
	t.Helper()
	var all, list []djangoVector
	readJSON(t, "testdata/django.json", &all)
	for _, v := range all {
		if v.Kind == kind {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		t.Fatalf("no vectors of kind %q", kind)
	}
	return list
}

func TestTokensAreThoseOfPython(t *testing.T) {
	for _, v := range djangoVectors(t, "jwt") {
		t.Run(v.Name, func(t *testing.T) {
			var given struct {
				Payload      json.RawMessage
				Algorithm    string
				SigningKey   string `json:"signing_key"`
				VerifyingKey string `json:"verifying_key"`
				Audience     any
				Issuer       string
			}
			var want struct{ Token string }
			if err := errors.Join(json.Unmarshal(v.Given, &given), json.Unmarshal(v.Expect, &want)); err != nil {
				t.Fatal(err)
			}
			f := exact(t, func(c *Config) {
				c.Algorithm, c.SigningKey, c.VerifyingKey = given.Algorithm, given.SigningKey, given.VerifyingKey
				c.Audience, c.Issuer = given.Audience, given.Issuer
				c.Now = func() time.Time { return time.Unix(1717243322, 0) }
			})
			members, err := object(encodeText(string(given.Payload)), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.sign(members)
			if err != nil {
				t.Fatal(err)
			}
			if got != want.Token {
				t.Errorf("got  %s\nwant %s", got, want.Token)
			}
			if err := f.Verify(t.Context(), want.Token); err != nil {
				t.Errorf("Python's token is refused: %v", err)
			}
		})
	}
}

func TestAPairIsThatOfPython(t *testing.T) {
	for _, v := range djangoVectors(t, "jwt_pair") {
		var given struct {
			Now        time.Time
			UserID     int64  `json:"user_id"`
			SigningKey string `json:"SIGNING_KEY"`
			JTIs       []string
		}
		var want struct {
			Refresh, Access string
			Outstanding     struct {
				JTI, Token string
				CreatedAt  time.Time `json:"created_at"`
				ExpiresAt  time.Time `json:"expires_at"`
			}
		}
		if err := errors.Join(json.Unmarshal(v.Given, &given), json.Unmarshal(v.Expect, &want)); err != nil {
			t.Fatal(err)
		}
		f := exact(t, func(c *Config) { c.SigningKey = given.SigningKey; c.Now = func() time.Time { return given.Now } })
		ids := given.JTIs
		f.newID = func(string) string { id := ids[0]; ids = ids[1:]; return id }
		got := f.issue(t)
		if diff := cmp.Diff([]string{want.Refresh, want.Access}, []string{got.Refresh, got.Access}); diff != "" {
			t.Error(diff)
		}
		row := models.OutstandingToken{
			UserID: "1", JTI: want.Outstanding.JTI, Token: want.Outstanding.Token,
			CreatedAt: &want.Outstanding.CreatedAt, ExpiresAt: want.Outstanding.ExpiresAt,
		}
		if diff := cmp.Diff(row, f.store.outstanding[row.JTI]); diff != "" {
			t.Errorf("outstanding row: %s", diff)
		}
	}
}

func TestTheRevokeClaimIsThatOfPython(t *testing.T) {
	for _, v := range djangoVectors(t, "revoke_claim") {
		var given struct{ Password string }
		var want struct {
			Digest string `json:"hash_password"`
		}
		if err := errors.Join(json.Unmarshal(v.Given, &given), json.Unmarshal(v.Expect, &want)); err != nil {
			t.Fatal(err)
		}
		if got := passwordDigest(&models.User{Password: given.Password}); got != want.Digest {
			t.Errorf("got %s, want %s", got, want.Digest)
		}
	}
}

// TestRecordedTokens replays what a real server said about tokens; those that it took only because it reads base64
// loosely are refused here.
func TestRecordedTokens(t *testing.T) {
	var recorded []struct {
		Name, Token, Detail string
		Quirk, OK           bool
	}
	readJSON(t, "testdata/recorded_verify.json", &recorded)
	words := map[schemes.Reason]string{
		schemes.Invalid: "Token is invalid", schemes.Expired: "Token is expired",
		schemes.NoExpiry: "Token has no 'exp' claim", schemes.NoID: "Token has no id",
	}
	f := exact(t, nil)
	for _, c := range recorded {
		err := f.Verify(t.Context(), c.Token)
		var failure *schemes.Failure
		if err != nil && !errors.As(err, &failure) {
			t.Fatalf("%s: %v", c.Name, err)
		}
		switch {
		case c.OK && !c.Quirk:
			if err != nil {
				t.Errorf("%s: got %v, want it taken", c.Name, err)
			}
		case failure == nil:
			t.Errorf("%s: taken", c.Name)
		case c.Detail != "*" && !c.OK && words[failure.Reason] != c.Detail:
			t.Errorf("%s: got %q, want %q", c.Name, words[failure.Reason], c.Detail)
		}
	}
}

func TestStringsAreEscapedAsPythonDoes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`a"b\c/`, `"a\"b\\c/"`},
		{"\n\r\t\f\b\x00\x1f\x7f", `"\n\r\t\f\b\u0000\u001f` + "\x7f" + `"`},
		{"é€\u2028😀<>&", `"\u00e9\u20ac\u2028\ud83d\ude00<>&"`},
	} {
		if got := quoted(c.text); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if back, ok := text(c.want); !ok || back != c.text {
			t.Errorf("got %q back, want %q", back, c.text)
		}
	}
}

func TestHeadersAndClaimsByDefault(t *testing.T) {
	f := safe(t, nil)
	g := f.issue(t)
	p, err := parse(g.Access, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := claims{{"alg", `"RS256"`}, {"kid", quoted(f.keys.Signing().ID())}, {"typ", `"JWT"`}}
	if diff := cmp.Diff(want, p.header, cmp.AllowUnexported(member{})); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, m := range p.payload {
		names = append(names, m.name)
	}
	if diff := cmp.Diff([]string{"token_type", "exp", "iat", "jti", "user_id", "auth_time"}, names); diff != "" {
		t.Error(diff)
	}
	for _, row := range f.store.outstanding {
		if row.Token == g.Refresh {
			t.Error("the refresh token is kept readable")
		}
	}
}
