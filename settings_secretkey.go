package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"watchword/settings"
)

// secretKeyBytes is the entropy of a secret key that we make.
const secretKeyBytes = 48

// secretKeyFile is where the secret key is kept that we made.
func (s *Settings) secretKeyFile() string { return filepath.Join(s.DataDir, "secret_key") }

// fillSecretKey sees to it that there is a secret key: the one of the settings, or the one in the data folder. With
// create, a missing one is made. Servers that share a database must share the key, so it is never made for PostgreSQL.
func (s *Settings) fillSecretKey(create bool) error {
	if s.Signing.SecretKey != "" {
		return nil
	}
	file := s.secretKeyFile()
	key, err := readSecretKey(file)
	if errors.Is(err, fs.ErrNotExist) && create {
		if !s.usesSQLite() {
			return errors.New("SECRET_KEY: is not set; set 50 or more random characters, the same for all servers of a database")
		}
		key, err = makeSecretKey(file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.Signing.SecretKey = key
	return nil
}

// readSecretKey reads the key that was made once. The error is fs.ErrNotExist when there is none.
func readSecretKey(file string) (string, error) {
	if _, err := os.Stat(file); err != nil {
		return "", err
	}
	key, err := settings.ReadSecretFile(file)
	if err != nil {
		return "", err
	}
	if len(key) < secretKeyBytes {
		return "", fmt.Errorf("the secret key in %s is damaged; restore it, or delete it and a new one is made", file)
	}
	return key, nil
}

// makeSecretKey makes a key and keeps it. The file appears complete or not at all; of several servers that start at
// once one makes it, and all use that one.
func makeSecretKey(file string) (string, error) {
	var random [secretKeyBytes]byte
	_, _ = rand.Read(random[:]) // never fails
	key := base64.RawURLEncoding.EncodeToString(random[:])
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", fmt.Errorf("cannot make the data folder: %w", err)
	}
	err := writeNewFile(file, key+"\n")
	if errors.Is(err, fs.ErrExist) {
		return readSecretKey(file)
	}
	if err != nil {
		return "", fmt.Errorf("cannot keep a secret key: %w", err)
	}
	return key, nil
}

// writeNewFile writes a file for its owner alone and never replaces another one: then its error is fs.ErrExist.
func writeNewFile(name, text string) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(temporary.Name())) }()
	_, err = temporary.WriteString(text)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Link(temporary.Name(), name)
}
