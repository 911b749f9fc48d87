package tests

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"watchword/tests/harness"
)

// TestAttack_flow_startup_weak is "flow-startup-weak": what cannot be meant keeps the server from starting, and what is
// only unwise is found by check --deploy. A secret key that is weak is among the latter, as in Django. Keys that this
// language no longer makes (512 bits, small exponents) are tried where keys are loaded.
func TestAttack_flow_startup_weak(t *testing.T) {
	t.Parallel()
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t)})
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(other, "", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	private := harness.PrivatePEM(t, other)
	open := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(open, []byte(private), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o644); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	const jwt, cors = "WATCHWORD_SIMPLE_JWT__", "WATCHWORD_CORS_"
	for _, test := range []struct {
		name, command string
		environ       []string
		want          string
	}{
		{"a small RSA key", "serve", keyPair(harness.PrivatePEM(t, small), ""), "SIGNING_KEY: this RSA key has 1024 bits"},
		{"a small RSA key in PKCS #1", "serve", keyPair(pkcs1(small), ""), "SIGNING_KEY: this RSA key has 1024 bits"},
		{"an encrypted key of ssh-keygen", "serve", keyPair(string(pem.EncodeToMemory(locked)), ""), "the private key is encrypted; remove the passphrase"},
		{"halves of two keys", "serve", keyPair(private, harness.PublicPEM(t, harness.SigningKey(t))), "VERIFYING_KEY: is not the public half"},
		{"a key file for all eyes", "serve", []string{jwt + "SIGNING_KEY_FILE=" + open}, "SIGNING_KEY"},
		{"a short shared secret", "serve", append(keyPair("short", ""), jwt+"ALGORITHM=HS256"), "SIGNING_KEY: has 5 bytes"},
		{"credentials for any origin", "serve", []string{"WATCHWORD_FEATURES__CORS=true", cors + "ALLOW_ALL_ORIGINS=true",
			cors + "ALLOW_CREDENTIALS=true"}, "CORS_ALLOW_"},
		{"a frontend that is no address", "serve", []string{"WATCHWORD_AI_KIT_AUTH__FRONTEND__URL=javascript:alert(1)"}, "AI_KIT_AUTH.FRONTEND.URL: "},
		{"a frontend without https", "check", []string{"WATCHWORD_AI_KIT_AUTH__FRONTEND__URL=http://app.example.com"}, "(watchword.W052)"},
		{"a short secret key", "check", []string{"WATCHWORD_SECRET_KEY=short"}, "(watchword.W002)"},
		{"Django's example of a secret key", "check", []string{"WATCHWORD_SECRET_KEY=django-insecure-" + harness.SecretKey}, "(watchword.W002)"},
		{"DEBUG", "check", []string{"WATCHWORD_DEBUG=true"}, "(watchword.W001)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
			defer cancel()
			args := []string{test.command}
			if test.command == "check" {
				args = append(args, "--deploy")
			}
			out, err := server.Run(ctx, harness.Invocation{Args: args, Environ: test.environ})
			if test.command == "serve" && (err == nil || ctx.Err() != nil) {
				t.Fatalf("the server starts: %v\n%s", err, out)
			}
			if lines := linesWith(out, test.want); lines != 1 {
				t.Errorf("%d lines say %q:\n%s", lines, test.want, out)
			}
			if strings.Contains(out, "PRIVATE KEY") || strings.Contains(out, harness.SecretKey) {
				t.Errorf("a secret is told:\n%s", out)
			}
		})
	}
}

// keyPair sets the keys that sign and verify tokens.
func keyPair(signing, verifying string) []string {
	return []string{"WATCHWORD_SIMPLE_JWT__SIGNING_KEY=" + signing, "WATCHWORD_SIMPLE_JWT__VERIFYING_KEY=" + verifying}
}

// pkcs1 is the older form of an RSA key.
func pkcs1(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

// linesWith counts the lines of text with part.
func linesWith(text, part string) (n int) {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}
