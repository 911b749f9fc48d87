package social_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"watchword/auth/social"
)

const callback = "https://app.example/callback"

func TestACodeIsExchangedWithPKCEAndAKnownCallback(t *testing.T) {
	s := newOpenID(t, map[string]any{"token_endpoint_auth_methods_supported": []string{"client_secret_post"}})
	s.mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{"grant_type": "authorization_code", "code": "good",
			"code_verifier": "verifier", "redirect_uri": callback, "client_id": ourClient, "client_secret": ourSecret} {
			if r.PostFormValue(name) != want {
				write(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
				return
			}
		}
		write(w, http.StatusOK, map[string]any{"access_token": "access", "refresh_token": "refresh", "token_type": "Bearer",
			"expires_in": 3600, "id_token": s.idToken(t, nil)})
	})
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL, PKCE: true,
		CallbackURL: []string{callback, "https://app.example/other"}})
	good := social.Proof{Code: "good", CodeVerifier: "verifier"}
	id, err := google.Identify(t.Context(), good)
	if err != nil || id.UID != "s-1" || id.Token.Access != "access" || id.Token.Secret != "refresh" || id.Token.Expires.IsZero() {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	for name, test := range map[string]struct {
		proof social.Proof
		want  social.Reason
	}{
		"a bad code":              {social.Proof{Code: "bad", CodeVerifier: "verifier"}, social.ExchangeFailed},
		"another verifier":        {social.Proof{Code: "good", CodeVerifier: "x"}, social.ExchangeFailed},
		"no verifier":             {social.Proof{Code: "good"}, social.NoVerifier},
		"another known callback":  {social.Proof{Code: "good", CodeVerifier: "verifier", CallbackURL: "https://app.example/other"}, social.ExchangeFailed},
		"an unknown callback":     {social.Proof{Code: "good", CodeVerifier: "verifier", CallbackURL: callback + "/.."}, social.WrongCallback},
		"a client id not of ours": {social.Proof{Code: "good", CodeVerifier: "verifier", ClientID: "theirs"}, social.UnknownClient},
		"nothing at all":          {social.Proof{}, social.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := google.Identify(t.Context(), test.proof)
			wantReason(t, err, test.want)
		})
	}
	_, err = source(t, "google", social.ProviderConfig{Issuer: s.URL}).Identify(t.Context(), good)
	wantReason(t, err, social.NoCallback)
}

func TestACodeOfFacebookAndOfGitHubIsExchanged(t *testing.T) {
	s := newLocalProvider(t)
	token := map[string]any{"access_token": "ours", "token_type": "bearer"}
	s.answer("POST /oauth/access_token", http.StatusOK, token)
	s.answer("POST /login/oauth/access_token", http.StatusOK, token)
	s.answer("GET /me", http.StatusOK, map[string]any{"id": "1001"})
	s.answer("GET /debug_token", http.StatusOK, map[string]any{"data": map[string]any{
		"app_id": ourClient, "user_id": "1001", "is_valid": true}})
	s.answer("GET /api/v3/user", http.StatusOK, map[string]any{"id": 1001})
	s.answer("GET /api/v3/user/emails", http.StatusForbidden, nil)
	for _, name := range []string{"facebook", "github"} {
		p := source(t, name, social.ProviderConfig{GraphURL: s.URL, GitHubURL: s.URL, CallbackURL: []string{callback}})
		id, err := p.Identify(t.Context(), social.Proof{Code: "good"})
		if err != nil || id.UID != "1001" || id.Token.Access != "ours" {
			t.Errorf("%s: Identify = %+v, %v", name, id, err)
		}
	}
}

func TestAppleIsGivenASignedSecret(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s := newOpenID(t, nil)
	s.mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		secret, err := jwt.Parse(r.PostFormValue("client_secret"), func(*jwt.Token) (any, error) { return &key.PublicKey, nil },
			jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer("TEAM"), jwt.WithSubject(ourClient),
			jwt.WithAudience(s.URL), jwt.WithTimeFunc(func() time.Time { return now }))
		if err != nil || secret.Header["kid"] != "KEY" {
			t.Errorf("secret: %v", err)
		}
		write(w, http.StatusOK, map[string]any{"access_token": "a", "id_token": s.idToken(t, map[string]any{
			"email_verified": "true"})})
	})
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	app := social.App{ClientID: ourClient, Secret: "KEY", Key: "TEAM", Settings: social.AppSettings{CertificateKey: text}}
	apple := source(t, "apple", social.ProviderConfig{Issuer: s.URL, Apps: []social.App{app}, CallbackURL: []string{callback}})
	id, err := apple.Identify(t.Context(), social.Proof{Code: "good"})
	if err != nil || !id.EmailVerified {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	app.Settings.CertificateKey = "nonsense"
	apple = source(t, "apple", social.ProviderConfig{Issuer: s.URL, Apps: []social.App{app}, CallbackURL: []string{callback}})
	_, err = apple.Identify(t.Context(), social.Proof{Code: "good"})
	wantReason(t, err, social.NotConfigured)
}
