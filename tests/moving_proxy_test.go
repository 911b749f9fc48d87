package tests

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchword/tests/harness"
)

// nginxAround is a configuration of nginx in a folder, around what the guide says.
const nginxAround = `pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events {}
http {
    access_log off;
    client_body_temp_path %[1]s/body;
    proxy_temp_path %[1]s/proxy;
    fastcgi_temp_path %[1]s/fastcgi;
    uwsgi_temp_path %[1]s/uwsgi;
    scgi_temp_path %[1]s/scgi;
    ssl_certificate %[1]s/certificate.pem;
    ssl_certificate_key %[1]s/key.pem;
%[2]s
}
`

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
	client := startNGINX(t, address, strings.NewReplacer("listen 443 ssl", "listen "+address+" ssl", "127.0.0.1:8000",
		strings.TrimPrefix(there.URL, "http://"), guideAddress, here.Host).Replace(block(t, string(text), "nginx")))

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

// startNGINX starts nginx with a part of its configuration at an address, and returns a client that takes example.org for
// that.
func startNGINX(t *testing.T, address, part string) *http.Client {
	t.Helper()
	dir := t.TempDir()
	roots := x509.NewCertPool()
	roots.AddCert(certifyExample(t, dir))
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, fmt.Appendf(nil, nginxAround, dir, part), 0o600); err != nil {
		t.Fatal(err)
	}
	// It goes to the background as soon as it listens.
	if out, err := exec.CommandContext(t.Context(), "nginx", "-c", path, "-p", dir).CombinedOutput(); err != nil {
		t.Fatalf("nginx: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "nginx", "-c", path, "-p", dir, "-s", "stop").CombinedOutput(); err != nil {
			t.Errorf("nginx -s stop: %v\n%s", err, out)
		}
	})
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}}
}

// certifyExample writes a certificate of example.org and its key into a folder.
func certifyExample(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"example.org"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]*pem.Block{
		"certificate.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}
