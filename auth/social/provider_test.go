package social_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"watchword/auth/social"
)

// The ids of our apps there.
const (
	ourClient = "our-client"
	ourSecret = "our-secret"
)

// now is the time at which everything happens.
var now = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

// localProvider is a provider on loopback.
type localProvider struct {
	*httptest.Server
	mux *http.ServeMux
	key *rsa.PrivateKey
}

func newLocalProvider(t *testing.T) *localProvider {
	t.Helper()
	mux := http.NewServeMux()
	s := &localProvider{Server: httptest.NewServer(mux), mux: mux}
	t.Cleanup(s.Close)
	return s
}

// newOpenID returns one that is an OpenID provider. Changes are made to its discovery document.
func newOpenID(t *testing.T, changes map[string]any) *localProvider {
	t.Helper()
	s := newLocalProvider(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s.key = key
	document := map[string]any{
		"issuer": s.URL, "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
		"userinfo_endpoint": s.URL + "/userinfo", "introspection_endpoint": s.URL + "/introspect",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	}
	maps.Copy(document, changes)
	s.answer("GET /.well-known/openid-configuration", http.StatusOK, document)
	s.answer("GET /keys", http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}})
	return s
}

// answer makes it answer a pattern always alike.
func (s *localProvider) answer(pattern string, status int, body any) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { write(w, status, body) })
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// claims are those of a good id_token, with changes; nil takes a claim away.
func (s *localProvider) claims(changes map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": s.URL, "aud": ourClient, "sub": "s-1", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(),
		"email": "newbie@example.com", "email_verified": true, "given_name": "New", "family_name": "Bie",
	}
	for name, value := range changes {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// idToken signs claims with the provider's key.
func (s *localProvider) idToken(t *testing.T, changes map[string]any) string {
	t.Helper()
	return sign(t, jwt.SigningMethodRS256, s.key, s.claims(changes))
}

func sign(t *testing.T, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = "one"
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// source returns the provider of that name, with an app and the local addresses in its configuration.
func source(t *testing.T, name string, p social.ProviderConfig) social.Source {
	t.Helper()
	if p.Apps == nil {
		p.App = social.App{ClientID: ourClient, Secret: ourSecret}
	}
	cfg := social.DefaultConfig()
	cfg.AllowLoopback, cfg.Now = true, func() time.Time { return now }
	cfg.Timeout = time.Second
	cfg.Providers = map[string]social.ProviderConfig{name: p}
	return only(t, cfg, name)
}

// only returns the one provider of a configuration.
func only(t *testing.T, cfg social.Config, name string) social.Source {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	sources, err := social.New(cfg, []string{name}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return sources[0]
}

// wantReason expects a Failure for that reason.
func wantReason(t *testing.T, err error, want social.Reason) {
	t.Helper()
	var failure *social.Failure
	if !errors.As(err, &failure) || failure.Reason != want {
		t.Errorf("got %v, want the reason %q", err, want)
	}
}

// wantUnavailable expects an Unavailable.
func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	var down *social.Unavailable
	if !errors.As(err, &down) || down.RetryAfter() <= 0 {
		t.Errorf("got %v, want an *Unavailable", err)
	}
}
