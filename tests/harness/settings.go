package harness

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"
	"testing"
)

// SecretKey is Django's SECRET_KEY of all test servers that use DefaultSettings.
const SecretKey = "a-secret-key-of-the-black-box-tests-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// signingKey is one RSA key for the whole run: making one takes longer than most tests.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// SigningKey is the RS256 key of all servers that use DefaultSettings.
func SigningKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// PrivatePEM is key in PKCS#8.
func PrivatePEM(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// PublicPEM is the public half of key.
func PublicPEM(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// DefaultSettings are settings of a server with RS256 tokens, rotation and the blacklist.
func DefaultSettings(t testing.TB) map[string]any {
	t.Helper()
	return map[string]any{
		"SECRET_KEY":    SecretKey,
		"ALLOWED_HOSTS": []string{"127.0.0.1", "localhost"},
		"SIMPLE_JWT":    JWTSettings(t),
	}
}

// JWTSettings are the SIMPLE_JWT part of DefaultSettings, to be changed by a test.
func JWTSettings(t testing.TB) map[string]any {
	t.Helper()
	key := SigningKey(t)
	return map[string]any{
		"ALGORITHM": "RS256", "SIGNING_KEY": PrivatePEM(t, key), "VERIFYING_KEY": PublicPEM(t, key),
		"ROTATE_REFRESH_TOKENS": true, "BLACKLIST_AFTER_ROTATION": true,
	}
}
