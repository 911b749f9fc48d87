package main

import (
	"os"
	"strings"
	"sync"
	"testing"
)

func settingsIn(t *testing.T) *Settings {
	s := DefaultSettings(Safe)
	s.DataDir = t.TempDir()
	return &s
}

func TestASecretKeyIsMadeOnceAndKept(t *testing.T) {
	s := settingsIn(t)
	if err := s.fillSecretKey(false); err != nil || s.Signing.SecretKey != "" {
		t.Fatalf("made one unasked: %v", err)
	}
	if err := s.fillSecretKey(true); err != nil || len(s.Signing.SecretKey) < 50 {
		t.Fatalf("a key of %d characters, %v", len(s.Signing.SecretKey), err)
	}
	info, err := os.Stat(s.secretKeyFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	again := *s
	again.Signing.SecretKey = ""
	if err := again.fillSecretKey(false); err != nil || again.Signing.SecretKey != s.Signing.SecretKey {
		t.Errorf("another key the second time, %v", err)
	}
}

func TestServersThatStartTogetherUseOneKey(t *testing.T) {
	s := settingsIn(t)
	got := make([]string, 16)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() {
			mine := *s
			if err := mine.fillSecretKey(true); err != nil {
				t.Error(err)
			}
			got[i] = mine.Signing.SecretKey
		})
	}
	wait.Wait()
	for _, key := range got {
		if key != got[0] || key == "" {
			t.Fatal("two servers have different keys")
		}
	}
	entries, err := os.ReadDir(s.DataDir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

func TestASecretKeyForAllEyesOrDamagedIsRefused(t *testing.T) {
	s := settingsIn(t)
	if err := os.WriteFile(s.secretKeyFile(), []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.fillSecretKey(true); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("got %v", err)
	}
	if err := os.Chmod(s.secretKeyFile(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.fillSecretKey(true); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("got %v", err)
	}
}

func TestNoSecretKeyIsMadeForPostgreSQL(t *testing.T) {
	s := settingsIn(t)
	s.Database.URL = "postgres://localhost/x"
	if err := s.fillSecretKey(true); err == nil || !strings.Contains(err.Error(), "SECRET_KEY: is not set") {
		t.Errorf("got %v", err)
	}
}
