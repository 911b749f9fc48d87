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
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"watchword/tests/harness"
)

// proxy is one that runs before a server.
type proxy struct {
	name          string
	plain, secure string // where it listens for http ("": nowhere) and https
	log           string // the file that it writes into
	roots         *x509.CertPool
}

// client returns a browser, as far as cookies go, on a machine with an address of loopback ("": any). It takes every name
// for the proxy's.
func (p *proxy) client(machine string) *http.Client {
	var dialer net.Dialer
	if machine != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(machine)}
	}
	jar, _ := cookiejar.New(nil) // never fails
	return &http.Client{
		Jar: jar,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: p.roots},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if _, port, _ := net.SplitHostPort(address); port == "80" {
					return dialer.DialContext(ctx, network, p.plain)
				}
				return dialer.DialContext(ctx, network, p.secure)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// nginxAround is a configuration of nginx in a folder, around a part of it.
const nginxAround = `%[3]s
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events {}
http {
    access_log %[1]s/error.log;
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

// startNGINX starts nginx before a site with that name. The certificate for it is in the folder that configure is given for
// its part of the configuration.
func startNGINX(t *testing.T, site, plain, secure string, configure func(dir string) (part string)) *proxy {
	t.Helper()
	harness.Program(t, "nginx")
	dir := t.TempDir()
	p := &proxy{name: "nginx", plain: plain, secure: secure, log: filepath.Join(dir, "error.log"), roots: certify(t, site, dir)}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // the folders of a test are its user's alone
	}
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, fmt.Appendf(nil, nginxAround, dir, configure(dir), user), 0o600); err != nil {
		t.Fatal(err)
	}
	// It goes to the background as soon as it listens.
	if out, err := exec.CommandContext(t.Context(), "nginx", "-c", path, "-p", dir).CombinedOutput(); err != nil {
		t.Fatalf("nginx: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "nginx", "-c", path, "-p", dir, "-s", "stop").CombinedOutput(); err != nil {
			t.Errorf("nginx -s stop: %v\n%s", err, out)
			return
		}
		eventually(t, "nginx has stopped", func() bool {
			_, err := os.Stat(filepath.Join(dir, "nginx.pid")) // which is the last that it removes
			return err != nil
		})
	})
	return p
}

// startCaddy starts Caddy with a Caddyfile, and waits until it listens. The certificate for the site is in the folder that
// configure is given.
func startCaddy(t *testing.T, site, plain, secure string, configure func(dir string) (text string)) *proxy {
	t.Helper()
	program := harness.Program(t, "caddy")
	dir := t.TempDir()
	p := &proxy{name: "Caddy", plain: plain, secure: secure, log: filepath.Join(dir, "caddy.log"), roots: certify(t, site, dir)}
	path := filepath.Join(dir, "Caddyfile")
	if err := os.WriteFile(path, []byte(configure(dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--adapter", "caddyfile", "--config", path) // no context: it is stopped below
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, []string{"HOME=" + dir}, log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = log.Close()
	})
	eventually(t, "Caddy listens", func() bool {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", secure)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
	return p
}

// certify writes a certificate for a site, which is its own authority, and its key into a folder.
func certify(t *testing.T, site, dir string) (roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{site}, NotAfter: time.Now().Add(time.Hour),
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
	roots = x509.NewCertPool()
	roots.AddCert(certificate)
	return roots
}
