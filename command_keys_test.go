package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watchword/schemes/jwt/keys"
)

func TestKeysAreListedGeneratedAndRotated(t *testing.T) {
	w := newWorkplace(t)
	if got := w.must(t, "keys"); strings.Count(got, "\n") != 1 || !strings.Contains(got, "signing") {
		t.Errorf("got %q", got)
	}
	w.run(t, "", "keys", "rotate").expect(t, exitOK, "It is published now and signs from ")
	if got := w.must(t, "keys", "list"); strings.Count(got, "\n") != 2 || !strings.Contains(got, "next") {
		t.Errorf("got %q", got)
	}
	w.run(t, "", "keys", "rotate").expect(t, exitFailed, "waiting for its turn")
	pem := w.must(t, "keys", "generate", "--algorithm", "ES256")
	if !strings.HasPrefix(pem, "-----BEGIN PRIVATE KEY-----") {
		t.Errorf("got %q", pem)
	}
	w.run(t, "", "keys", "generate", "--algorithm", "none").expect(t, exitUsage, "none")
	w.run(t, "", "keys", "generate", "--bits", "1024").expect(t, exitUsage, "1024")
}

func TestKeysOfTheSettingsAreNotManaged(t *testing.T) {
	w := newWorkplace(t, "WATCHWORD_SIMPLE_JWT__ALGORITHM=HS256")
	w.run(t, "", "keys").expect(t, exitUsage, "the settings give the keys")
}

func TestKeyFilesAreReadAndGuarded(t *testing.T) {
	w := newWorkplace(t)
	file := w.write(t, "key.pem", w.must(t, "keys", "generate", "--algorithm", "ES256"))
	s := settingsIn(t)
	s.JWT.Algorithm = "ES256"
	s.Keys.PrivateKeyPath = file
	ring, err := openKeys(s, &keys.Accelerator{})
	if err != nil || ring.Signing() == nil {
		t.Fatalf("no key: %v", err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeys(s, &keys.Accelerator{}); err == nil || !strings.Contains(err.Error(), "chmod 600 "+file) {
		t.Errorf("a key for all eyes: %v", err)
	}
	s.Keys.PrivateKeyPath = filepath.Join(w.dir, "nowhere")
	if _, err := openKeys(s, &keys.Accelerator{}); err == nil || !strings.Contains(err.Error(), "JWT_PRIVATE_KEY_PATH: ") {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(s.Keys.Folder); err == nil {
		t.Error("a folder of keys was made that nobody needs")
	}
}

func TestTheSecretKeySignsWhereThereIsNoOther(t *testing.T) {
	s := settingsIn(t)
	s.JWT.Algorithm, s.Signing.SecretKey = "HS256", decentKey
	ring, err := openKeys(s, &keys.Accelerator{})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := ring.Signing().Sign("a.b")
	if err != nil {
		t.Fatal(err)
	}
	s.JWT.SigningKey, s.Signing.SecretKey = decentKey, "another"
	if ring, err = openKeys(s, &keys.Accelerator{}); err != nil || ring.Signing().Verify("a.b", signature) != nil {
		t.Errorf("SIGNING_KEY does not win over SECRET_KEY: %v", err)
	}
}
