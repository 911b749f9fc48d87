package social_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"watchword/auth/social"
)

func TestGoogleIsAskedWhomAnAccessTokenWasIssuedTo(t *testing.T) {
	s := newOpenID(t, nil)
	s.mux.HandleFunc("GET /tokeninfo", func(w http.ResponseWriter, r *http.Request) {
		audience := map[string]string{"ours": ourClient, "theirs": "their-client", "mixed": ourClient}
		token := r.URL.Query().Get("access_token")
		if audience[token] == "" {
			write(w, http.StatusBadRequest, map[string]any{"error": "invalid_token"})
			return
		}
		write(w, http.StatusOK, map[string]any{"aud": audience[token], "sub": "s-1"})
	})
	s.mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		sub := map[string]string{"Bearer ours": "s-1", "Bearer mixed": "s-2"}[r.Header.Get("Authorization")]
		write(w, http.StatusOK, map[string]any{"sub": sub, "email": "a@example.com", "email_verified": true})
	})
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL, TokenInfo: s.URL + "/tokeninfo"})
	id, err := google.Identify(t.Context(), social.Proof{AccessToken: "ours"})
	if err != nil || id.UID != "s-1" || !id.EmailVerified {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	for token, want := range map[string]social.Reason{
		"theirs": social.ForeignToken, "mixed": social.ForeignToken, "unknown": social.Rejected,
	} {
		_, err := google.Identify(t.Context(), social.Proof{AccessToken: token})
		wantReason(t, err, want)
	}
}

func TestAnyOpenIDProviderIsAskedByIntrospection(t *testing.T) {
	s := newOpenID(t, nil)
	s.mux.HandleFunc("POST /introspect", func(w http.ResponseWriter, r *http.Request) {
		client, secret, _ := r.BasicAuth()
		if client != ourClient || secret != ourSecret {
			write(w, http.StatusUnauthorized, nil)
			return
		}
		issued := map[string]string{"ours": ourClient, "theirs": "their-client"}[r.PostFormValue("token")]
		write(w, http.StatusOK, map[string]any{"active": issued != "", "client_id": issued, "sub": "s-1"})
	})
	s.answer("GET /userinfo", http.StatusOK, map[string]any{"sub": "s-1", "preferred_username": "newbie"})
	keycloak := openIDConnect(t, s)
	id, err := keycloak.Identify(t.Context(), social.Proof{AccessToken: "ours"})
	if err != nil || id.UID != "s-1" || id.Username != "newbie" || id.Provider != "keycloak" {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	for _, token := range []string{"theirs", "unknown"} {
		_, err := keycloak.Identify(t.Context(), social.Proof{AccessToken: token})
		wantReason(t, err, social.ForeignToken)
	}
}

func TestAnAccessTokenThatNothingProvesIsNotTaken(t *testing.T) {
	s := newOpenID(t, map[string]any{"introspection_endpoint": nil})
	s.answer("GET /userinfo", http.StatusOK, map[string]any{"sub": "s-1"})
	_, err := openIDConnect(t, s).Identify(t.Context(), social.Proof{AccessToken: "opaque"})
	wantReason(t, err, social.Unprovable)
	_, err = source(t, "microsoft", social.ProviderConfig{}).Identify(t.Context(), social.Proof{AccessToken: "opaque"})
	wantReason(t, err, social.Unprovable)
	_, err = source(t, "apple", social.ProviderConfig{}).Identify(t.Context(), social.Proof{AccessToken: "opaque"})
	wantReason(t, err, social.Unprovable)
}

// openIDConnect returns it as the provider keycloak.
func openIDConnect(t *testing.T, s *localProvider) social.Source {
	t.Helper()
	cfg := social.DefaultConfig()
	cfg.AllowLoopback = true
	cfg.Providers = map[string]social.ProviderConfig{"openid_connect": {Apps: []social.App{{
		ProviderID: "keycloak", Name: "Keycloak", ClientID: ourClient, Secret: ourSecret,
		Settings: social.AppSettings{ServerURL: s.URL + "/.well-known/openid-configuration"},
	}}, CallbackURL: []string{"https://app.example/callback"}}}
	return only(t, cfg, "keycloak")
}

func TestGitHubIsAskedAsEachOfOurApps(t *testing.T) {
	s := newLocalProvider(t)
	s.mux.HandleFunc("POST /api/v3/applications/{client}/token", func(w http.ResponseWriter, r *http.Request) {
		client, secret, _ := r.BasicAuth()
		var body map[string]string
		_ = json.NewDecoder(r.Body).Decode(&body)
		if client != r.PathValue("client") || secret != ourSecret || body["access_token"] != "ours" || client != ourClient {
			write(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
			return
		}
		write(w, http.StatusOK, map[string]any{"app": map[string]any{"client_id": client}, "user": map[string]any{"id": 583231}})
	})
	s.answer("GET /api/v3/user", http.StatusOK, map[string]any{"id": 583231, "login": "octocat", "name": "The Octocat",
		"email": "public@example.com"})
	s.answer("GET /api/v3/user/emails", http.StatusOK, []any{
		map[string]any{"email": "old@example.com", "verified": false, "primary": false},
		map[string]any{"email": "cat@example.com", "verified": true, "primary": true},
	})
	github := source(t, "github", social.ProviderConfig{GitHubURL: s.URL,
		Apps: []social.App{{ClientID: "our-other", Secret: "x"}, {ClientID: ourClient, Secret: ourSecret}}})
	id, err := github.Identify(t.Context(), social.Proof{AccessToken: "ours"})
	if err != nil || id.UID != "583231" || id.Username != "octocat" || id.Email != "cat@example.com" || !id.EmailVerified {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	_, err = github.Identify(t.Context(), social.Proof{AccessToken: "theirs"})
	wantReason(t, err, social.ForeignToken)
}

func TestFacebookIsGivenProofOfOurSecret(t *testing.T) {
	s := newLocalProvider(t)
	s.mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		mac := hmac.New(sha256.New, []byte(ourSecret))
		mac.Write([]byte(query.Get("access_token")))
		if query.Get("access_token") == "theirs" || query.Get("appsecret_proof") != hex.EncodeToString(mac.Sum(nil)) {
			write(w, http.StatusBadRequest, map[string]any{"error": map[string]any{
				"message": "Invalid appsecret_proof provided in the API argument", "type": "GraphMethodException", "code": 100}})
			return
		}
		write(w, http.StatusOK, map[string]any{"id": "1001", "email": "a@example.com", "first_name": "New", "last_name": "Bie"})
	})
	s.mux.HandleFunc("GET /debug_token", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("access_token") != ourClient+"|"+ourSecret {
			write(w, http.StatusBadRequest, nil)
			return
		}
		data := map[string]map[string]any{
			"ours":    {"app_id": ourClient, "is_valid": true, "user_id": "1001"},
			"lies":    {"app_id": "their-client", "is_valid": true, "user_id": "1001"},
			"other":   {"app_id": ourClient, "is_valid": true, "user_id": "1002"},
			"revoked": {"app_id": ourClient, "is_valid": false, "user_id": "1001"},
		}[r.URL.Query().Get("input_token")]
		write(w, http.StatusOK, map[string]any{"data": data})
	})
	facebook := source(t, "facebook", social.ProviderConfig{GraphURL: s.URL + "/"})
	id, err := facebook.Identify(t.Context(), social.Proof{AccessToken: "ours"})
	if err != nil || id.UID != "1001" || id.FirstName != "New" || id.EmailVerified {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	for token, want := range map[string]social.Reason{"theirs": social.Rejected, "lies": social.ForeignToken,
		"other": social.ForeignToken, "revoked": social.Rejected} {
		_, err := facebook.Identify(t.Context(), social.Proof{AccessToken: token})
		wantReason(t, err, want)
	}
	trusting := source(t, "facebook", social.ProviderConfig{GraphURL: s.URL, VerifiedEmail: true})
	if id, err := trusting.Identify(t.Context(), social.Proof{AccessToken: "ours"}); err != nil || !id.EmailVerified {
		t.Errorf("VERIFIED_EMAIL: verified %v, %v", id.EmailVerified, err)
	}
}

func TestTwitterIsAskedWithTheSignatureOfTheAppAndTheToken(t *testing.T) {
	s := newLocalProvider(t)
	s.mux.HandleFunc("GET /1.1/account/verify_credentials.json", func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if !strings.HasPrefix(header, "OAuth ") || !strings.Contains(header, `oauth_token="ours"`) ||
			!strings.Contains(header, `oauth_consumer_key="`+ourClient+`"`) || !strings.Contains(header, "oauth_signature=") {
			write(w, http.StatusUnauthorized, map[string]any{"errors": []any{map[string]any{"code": 89}}})
			return
		}
		write(w, http.StatusOK, map[string]any{"id": 12345678901234567, "id_str": "12345678901234567", "screen_name": "newbie",
			"name": "New Bie", "email": "a@example.com"})
	})
	twitter := source(t, "twitter", social.ProviderConfig{TwitterURL: s.URL})
	id, err := twitter.Identify(t.Context(), social.Proof{AccessToken: "ours", TokenSecret: "secret"})
	if err != nil || id.UID != "12345678901234567" || id.Username != "newbie" || id.EmailVerified {
		t.Errorf("Identify = %+v, %v", id, err)
	}
	_, err = twitter.Identify(t.Context(), social.Proof{AccessToken: "theirs", TokenSecret: "secret"})
	wantReason(t, err, social.Rejected)
	_, err = twitter.Identify(t.Context(), social.Proof{AccessToken: "ours"})
	wantReason(t, err, social.Missing)
}
