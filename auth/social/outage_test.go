package social_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchword/auth/social"
)

func TestAProviderInTroubleIsUnavailable(t *testing.T) {
	secret := social.Proof{AccessToken: "top-secret-token"}
	for name, handle := range map[string]http.HandlerFunc{
		"slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			for chunk := bytes.Repeat([]byte(" "), 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
		"malformed":  func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, "not an object") },
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"hanging up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"in circles": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/me", http.StatusFound) },
		"redirecting": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2/", http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newLocalProvider(t)
			s.mux.HandleFunc("/", handle)
			_, err := source(t, "facebook", social.ProviderConfig{GraphURL: s.URL}).Identify(t.Context(), secret)
			wantUnavailable(t, err)
			if strings.Contains(err.Error(), secret.AccessToken) {
				t.Errorf("%q tells the token", err)
			}
			_, err = source(t, "google", social.ProviderConfig{Issuer: s.URL}).
				Identify(t.Context(), social.Proof{IDToken: "eyJh.eyJh.eyJh"})
			wantUnavailable(t, err)
		})
	}
}

func TestAProviderThatIsDownIsUnavailable(t *testing.T) {
	s := newOpenID(t, nil)
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL, CallbackURL: []string{callback}})
	token := s.idToken(t, nil)
	s.Close()
	for _, p := range []social.Proof{{IDToken: token}, {Code: "x"}} {
		_, err := google.Identify(t.Context(), p)
		wantUnavailable(t, err)
	}
}

func TestAKnownProviderIsUsedWhileItsDocumentCannotBeReadAgain(t *testing.T) {
	s := newOpenID(t, nil)
	later := now
	cfg := social.DefaultConfig()
	cfg.AllowLoopback, cfg.Now = true, func() time.Time { return later }
	cfg.Providers = map[string]social.ProviderConfig{"google": {Issuer: s.URL, App: social.App{ClientID: ourClient}}}
	google := only(t, cfg, "google")
	token := s.idToken(t, map[string]any{"exp": now.Add(24 * time.Hour).Unix()})
	if _, err := google.Identify(t.Context(), social.Proof{IDToken: token}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	later = now.Add(2 * time.Hour)
	if _, err := google.Identify(t.Context(), social.Proof{IDToken: token}); err != nil {
		t.Errorf("got %v, want the keys that are known", err)
	}
}

func TestWhoGoesAwayWaitsForNoProvider(t *testing.T) {
	s := newLocalProvider(t)
	s.mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	google := source(t, "google", social.ProviderConfig{Issuer: s.URL})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := google.Identify(ctx, social.Proof{IDToken: "eyJh.eyJh.eyJh"})
	wantUnavailable(t, err)
}

func TestRequestsGoOverTLSAndNotToThisMachine(t *testing.T) {
	asked := false
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked = true; write(w, http.StatusOK, nil) })
	plain, tls := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer tls.Close()
	for _, address := range []string{plain.URL, tls.URL} {
		cfg := social.DefaultConfig()
		cfg.Providers = map[string]social.ProviderConfig{"facebook": {GraphURL: address, App: social.App{ClientID: ourClient}}}
		sources, err := social.New(cfg, []string{"facebook"}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		_, err = sources[0].Identify(t.Context(), social.Proof{AccessToken: "x"})
		wantUnavailable(t, err)
	}
	if asked {
		t.Error("a provider on this machine was asked")
	}
}

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	app := social.App{ClientID: ourClient}
	for name, test := range map[string]struct {
		provider string
		cfg      social.ProviderConfig
		want     string
	}{
		"without TLS":       {"facebook", social.ProviderConfig{GraphURL: "http://graph.example"}, "SOCIALACCOUNT_PROVIDERS.facebook.GRAPH_API_URL: must be https"},
		"not an address":    {"google", social.ProviderConfig{Issuer: "google"}, "SOCIALACCOUNT_PROVIDERS.google.ID_TOKEN_ISSUER: must be an address"},
		"an app without id": {"google", social.ProviderConfig{Apps: []social.App{{Secret: "x"}}}, "APPS[0].client_id: must not be empty"},
		"no server":         {"openid_connect", social.ProviderConfig{Apps: []social.App{app}}, "settings.server_url: must be an address"},
		"no name":           {"openid_connect", social.ProviderConfig{Apps: []social.App{app}}, "provider_id: must not be empty"},
		"a name that changes": {"openid_connect", social.ProviderConfig{Apps: []social.App{{ClientID: "x", ProviderID: "x",
			Settings: social.AppSettings{ServerURL: "https://x.example", UIDField: "email"}}}}, "only sub never changes"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := social.DefaultConfig()
			cfg.Providers = map[string]social.ProviderConfig{test.provider: test.cfg}
			if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Validate = %v, want %q", err, test.want)
			}
		})
	}
	if _, err := social.New(social.DefaultConfig(), []string{"myspace"}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("New took a provider that nobody knows")
	}
}

func TestAProviderWithoutAnAppRefusesEverybody(t *testing.T) {
	for _, name := range []string{"google", "github", "facebook", "twitter", "apple", "microsoft"} {
		_, err := only(t, social.DefaultConfig(), name).Identify(t.Context(), social.Proof{AccessToken: "x", TokenSecret: "y"})
		wantReason(t, err, social.NotConfigured)
	}
}
