package tests

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// TestTheProxyOfTheGuide runs nginx with what the guide says, but for its addresses, before a server of ours and one that
// stands for Django, and sends requests of a browser to it.
func TestTheProxyOfTheGuide(t *testing.T) {
	t.Parallel()
	harness.Program(t, "nginx")
	text, err := os.ReadFile("../docs/moving-from-django.md")
	if err != nil {
		t.Fatal(err)
	}
	settings := harness.DefaultSettings(t)
	settings["ALLOWED_HOSTS"] = []string{"example.org", "127.0.0.1"}
	settings["SECURE_PROXY_SSL_HEADER"] = []string{"HTTP_X_FORWARDED_PROTO", "https"}
	settings["TRUSTED_PROXIES"] = []string{"127.0.0.1"}
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/", "simplejwt": "/api/token/"}}
	here := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "Django at %s://%s%s for %s", r.Header.Get("X-Forwarded-Proto"), r.Host, r.URL.Path, r.Header.Get("X-Forwarded-For"))
	}))
	t.Cleanup(there.Close)
	address := harness.FreeHost(t)
	client := startNGINX(t, "example.org", "", address, func(string) string {
		return strings.NewReplacer("listen 443 ssl", "listen "+address+" ssl", "127.0.0.1:8000",
			strings.TrimPrefix(there.URL, "http://"), guideAddress, here.Host).Replace(block(t, string(text), "nginx"))
	}).client("")

	send := func(method, path string, body any) harness.Answer {
		t.Helper()
		got, err := harness.Send(t.Context(), client, method, "https://example.org"+path, "", body)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := send(http.MethodGet, "/shop/", nil); string(got.Body) != "Django at https://example.org/shop/ for 127.0.0.1" {
		t.Errorf("GET /shop/ = %d %s, want Django's answer", got.Status, got.Body)
	}
	if got := send(http.MethodPost, "/api/token/", map[string]string{"username": "mike", "password": ownPassword}); got.Status != 200 {
		t.Errorf("POST /api/token/ = %d %s, want 200", got.Status, got.Body)
	}
	if got := send(http.MethodPost, "/dj-rest-auth/password/reset/", map[string]string{"email": "mike@example.org"}); got.Status != 200 {
		t.Errorf("POST /dj-rest-auth/password/reset/ = %d %s, want 200", got.Status, got.Body)
	}
	mailed(t, here, regexp.MustCompile(`(https://example\.org/\S+)`)) // where the link leads
}
