package social_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"watchword/auth/social"
)

func TestAGoodIDTokenSaysWhoItIs(t *testing.T) {
	s := newOpenID(t, nil)
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL})
	want := social.Identity{Provider: "google", UID: "s-1", Email: "newbie@example.com", EmailVerified: true,
		FirstName: "New", LastName: "Bie"}
	for field, p := range map[string]social.Proof{
		"id_token": {IDToken: s.idToken(t, nil)}, "access_token": {AccessToken: s.idToken(t, nil)},
	} {
		got, err := google.Identify(t.Context(), p)
		if err != nil {
			t.Errorf("%s: %v", field, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(social.Identity{}, "Profile", "Token")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", field, diff)
		}
		if got.Profile["sub"] != "s-1" {
			t.Errorf("%s: profile %v is not what the provider sent", field, got.Profile)
		}
	}
}

func TestIDTokensAreCheckedAgainstTheirClaims(t *testing.T) {
	s := newOpenID(t, nil)
	apple := source(t, "apple", social.ProviderConfig{Issuer: s.URL,
		Apps: []social.App{{ClientID: ourClient}, {ClientID: "our-phone"}}})
	tests := map[string]struct {
		claims map[string]any
		want   social.Reason // 0: good
	}{
		"for the second app":             {map[string]any{"aud": "our-phone"}, 0},
		"for another app":                {map[string]any{"aud": "theirs"}, social.WrongAudience},
		"for nobody":                     {map[string]any{"aud": nil}, social.WrongAudience},
		"for two, and it says which":     {map[string]any{"aud": []string{"api", ourClient}, "azp": ourClient}, 0},
		"for two, and it does not say":   {map[string]any{"aud": []string{"api", ourClient}}, social.WrongAudience},
		"asked for by somebody else":     {map[string]any{"azp": "theirs"}, social.WrongAudience},
		"of another issuer":              {map[string]any{"iss": "https://evil.example"}, social.WrongIssuer},
		"of nobody":                      {map[string]any{"iss": nil}, social.WrongIssuer},
		"expired":                        {map[string]any{"exp": now.Add(-time.Second).Unix()}, social.Expired},
		"expiring now":                   {map[string]any{"exp": now.Unix()}, social.Expired},
		"without an end":                 {map[string]any{"exp": nil}, social.Expired},
		"from the future":                {map[string]any{"iat": now.Add(time.Hour).Unix()}, social.NotYetValid},
		"not good yet":                   {map[string]any{"nbf": now.Add(time.Hour).Unix()}, social.NotYetValid},
		"a little early":                 {map[string]any{"iat": now.Add(time.Minute).Unix()}, 0},
		"about nobody":                   {map[string]any{"sub": nil}, social.NoSubject},
		"about somebody with a long id":  {map[string]any{"sub": strings.Repeat("x", 192)}, social.NoSubject},
		"with a claim of the wrong type": {map[string]any{"sub": 5}, social.Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := apple.Identify(t.Context(), social.Proof{IDToken: s.idToken(t, test.claims)})
			if test.want != 0 {
				wantReason(t, err, test.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestIDTokensMustBeSignedByTheProvider(t *testing.T) {
	s, evil := newOpenID(t, nil), newOpenID(t, nil)
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL})
	good := s.idToken(t, nil)
	dot := strings.LastIndexByte(good, '.')
	public, err := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		token string
		want  social.Reason
	}{
		"by another provider":             {sign(t, jwt.SigningMethodRS256, evil.key, s.claims(nil)), social.BadSignature},
		"by a key that is not published":  {sign(t, jwt.SigningMethodRS256, small, s.claims(nil)), social.BadSignature},
		"by nobody":                       {sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, s.claims(nil)), social.Malformed},
		"with the public key as a secret": {sign(t, jwt.SigningMethodHS256, secret, s.claims(nil)), social.Malformed},
		"without its signature":           {good[:dot+1], social.BadSignature},
		"with another's claims": {
			strings.Replace(good, strings.Split(good, ".")[1], strings.Split(s.idToken(t, map[string]any{"sub": "x"}), ".")[1], 1),
			social.BadSignature},
		"a megabyte of dots": {strings.Repeat(".", 1<<20), social.Malformed},
		"too long":           {good + strings.Repeat("A", 16<<10), social.Malformed},
		"no token":           {"x.y.z", social.Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := google.Identify(t.Context(), social.Proof{IDToken: test.token})
			wantReason(t, err, test.want)
		})
	}
}

func TestANonceMustBeTheOneOfThisLogin(t *testing.T) {
	s := newOpenID(t, nil)
	sum := sha256.Sum256([]byte("mine"))
	hashed, short := hex.EncodeToString(sum[:]), base64.RawURLEncoding.EncodeToString(sum[:])
	tests := map[string]struct {
		claimed any
		sent    string
		needed  bool
		want    social.Reason
	}{
		"the same":                      {"mine", "mine", false, 0},
		"its SHA-256, as Apple has it":  {hashed, "mine", false, 0},
		"its SHA-256 in base64":         {short, "mine", false, 0},
		"another":                       {"theirs", "mine", false, social.WrongNonce},
		"none where one was sent":       {nil, "mine", false, social.WrongNonce},
		"one where none was sent":       {"mine", "", false, 0},
		"none where one is needed":      {nil, "", true, social.WrongNonce},
		"one that was not sent, needed": {"mine", "", true, social.WrongNonce},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			google := source(t, "google", social.ProviderConfig{Issuer: s.URL, NonceNeeded: test.needed})
			token := s.idToken(t, map[string]any{"nonce": test.claimed})
			_, err := google.Identify(t.Context(), social.Proof{IDToken: token, Nonce: test.sent})
			if test.want != 0 {
				wantReason(t, err, test.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnAccessTokenMustBelongToTheIDTokenItCameWith(t *testing.T) {
	s := newOpenID(t, nil)
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL})
	sum := sha256.Sum256([]byte("access"))
	token := s.idToken(t, map[string]any{"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16])})
	if _, err := google.Identify(t.Context(), social.Proof{IDToken: token, AccessToken: "access"}); err != nil {
		t.Error(err)
	}
	_, err := google.Identify(t.Context(), social.Proof{IDToken: token, AccessToken: "another"})
	wantReason(t, err, social.WrongAccessToken)
}

func TestAndroidAppsMayAskGoogleForATokenForTheirServer(t *testing.T) {
	s := newOpenID(t, nil)
	claims := map[string]any{"azp": "the-android-app"}
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL})
	if _, err := google.Identify(t.Context(), social.Proof{IDToken: s.idToken(t, claims)}); err != nil {
		t.Error(err)
	}
}

func TestMicrosoftNamesAnIssuerForEachTenant(t *testing.T) {
	const tenant, oid = "11111111-2222-3333-4444-555555555555", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"
	tests := map[string]struct {
		setting, tid, iss string
		want              social.Reason
	}{
		"any tenant":                {"", tenant, tenant, 0},
		"the right one":             {tenant, tenant, tenant, 0},
		"another":                   {consumers, tenant, tenant, social.WrongIssuer},
		"one that lies":             {"", tenant, consumers, social.WrongIssuer},
		"no tenant":                 {"", "common", "common", social.WrongIssuer},
		"a private account":         {"consumers", consumers, consumers, 0},
		"a private account at work": {"organizations", consumers, consumers, social.WrongIssuer},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newOpenID(t, nil)
			folder := "common"
			if test.setting != "" {
				folder = test.setting
			}
			s.answer("GET /"+folder+"/v2.0/.well-known/openid-configuration", http.StatusOK, map[string]any{
				"issuer": s.URL + "/{tenantid}/v2.0", "jwks_uri": s.URL + "/keys"})
			microsoft := source(t, "microsoft", social.ProviderConfig{Issuer: s.URL, Tenant: test.setting})
			token := s.idToken(t, map[string]any{"iss": s.URL + "/" + test.iss + "/v2.0", "tid": test.tid, "oid": oid})
			id, err := microsoft.Identify(t.Context(), social.Proof{IDToken: token})
			if test.want != 0 {
				wantReason(t, err, test.want)
				return
			}
			if err != nil || id.UID != oid || id.EmailVerified {
				t.Errorf("Identify = %q, verified %v, %v; want %q with an address that is not proved", id.UID,
					id.EmailVerified, err, oid)
			}
		})
	}
}
