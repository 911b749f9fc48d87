package tests

import (
	"net/http"
	"testing"

	"watchword/tests/harness"
)

// TestTokensOfAnotherServerAreVerifiedByItsPublishedKeys starts a server that mints tokens and one that verifies them by
// JWK_URL. The second never sees the first one's private key.
func TestTokensOfAnotherServerAreVerifiedByItsPublishedKeys(t *testing.T) {
	t.Parallel()
	users := harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword})
	for _, mode := range []string{"safe", "exact"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			issuer := harness.Start(t, harness.Config{Database: harness.SQLite(t), Fixtures: users})
			verifier := harness.Start(t, harness.Config{
				Database: harness.SQLite(t), Fixtures: users, Compatibility: mode,
				Settings: map[string]any{
					"SECRET_KEY": harness.SecretKey, "ALLOWED_HOSTS": []string{"127.0.0.1"},
					"SIMPLE_JWT": map[string]any{"ALGORITHM": "RS256", "JWK_URL": issuer.URL + "/.well-known/jwks.json"},
				},
			})
			foreign, _ := issuer.Login(t, "mike", ownPassword)
			own, _ := verifier.Login(t, "mike", ownPassword)
			wantStatus(t, verifier, "a token of the issuer", foreign, http.StatusOK)
			wantStatus(t, verifier, "a token of its own, which is not published there", own, http.StatusUnauthorized)
			wantStatus(t, issuer, "a token of the verifier", own, http.StatusUnauthorized)
			wantStatus(t, verifier, "a forged signature", foreign[:len(foreign)-8]+"AAAAAAAA", http.StatusUnauthorized)
			issuer.Terminate(t)
			wantStatus(t, verifier, "a token of the issuer, which is down", foreign, http.StatusOK)
			verifier.Terminate(t)
			verifier.Launch(t)
			wantStatus(t, verifier, "with keys that are not to be had", foreign, http.StatusUnauthorized)
		})
	}
}

// wantStatus asks for a protected resource.
func wantStatus(t *testing.T, s *harness.Server, what, token string, want int) {
	t.Helper()
	if got := s.Get(t, "/hello/", token); got.Status != want {
		t.Errorf("%s: got %d %s, want %d", what, got.Status, got.Body, want)
	}
}
