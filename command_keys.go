package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"watchword/schemes/jwt/keys"
)

// openKeys returns the keys that sign and verify tokens, from the first of these that is set: for HS algorithms the
// secret; SIGNING_KEY and VERIFYING_KEY; the key files; and else a folder of our own, where keys are made. a makes them
// faster.
func openKeys(s *Settings, a *keys.Accelerator) (*keys.Ring, error) {
	load, err := keySource(s)
	if err != nil {
		return nil, err
	}
	ring, err := keys.NewRing(a.Over(load))
	if err != nil {
		return nil, fmt.Errorf("cannot use the keys that sign tokens: %w", err)
	}
	return ring, nil
}

// newAccelerator returns what makes RSA keys faster; for other algorithms, what does nothing.
func newAccelerator(s *Settings, log *slog.Logger) (*keys.Accelerator, error) {
	if !s.signsByRSA() {
		return &keys.Accelerator{}, nil
	}
	return keys.NewAccelerator(s.Keys.RSALibrary, log)
}

// signsByRSA reports whether ALGORITHM is one of RSA.
func (s *Settings) signsByRSA() bool {
	return strings.HasPrefix(s.JWT.Algorithm, "RS") || strings.HasPrefix(s.JWT.Algorithm, "PS")
}

// keySource returns what reads the keys as they are now.
func keySource(s *Settings) (func() (*keys.Set, error), error) {
	algorithm := s.JWT.Algorithm
	switch {
	case strings.HasPrefix(algorithm, "HS"):
		secret := firstOf(s.JWT.SigningKey, s.Signing.SecretKey)
		return func() (*keys.Set, error) { return keys.Secret(algorithm, secret, s.JWT.MinSecretLength) }, nil
	case s.JWT.SigningKey != "" || s.JWT.VerifyingKey != "":
		return func() (*keys.Set, error) { return keys.Load(algorithm, s.JWT.SigningKey, s.JWT.VerifyingKey) }, nil
	case s.Keys.PrivateKeyPath != "" || s.Keys.PublicKeyPath != "":
		return func() (*keys.Set, error) { return keys.LoadFiles(algorithm, s.Keys) }, nil
	}
	folder, err := keys.OpenFolder(s.Keys, algorithm)
	if err != nil {
		return nil, err
	}
	return folder.Set, nil
}

// checkKeys finds out whether the keys that the settings give can be used. Those that are made here are not made yet.
func (s *Settings) checkKeys() error {
	if s.makesKeys() || strings.HasPrefix(s.JWT.Algorithm, "HS") && s.JWT.SigningKey == "" {
		return nil
	}
	_, err := openKeys(s, &keys.Accelerator{})
	return err
}

// makesKeys reports whether the keys are ours to make and rotate.
func (s *Settings) makesKeys() bool {
	return !strings.HasPrefix(s.JWT.Algorithm, "HS") && s.JWT.SigningKey == "" && s.JWT.VerifyingKey == "" &&
		s.Keys.PrivateKeyPath == "" && s.Keys.PublicKeyPath == ""
}

// keysCommand is about the keys that this server makes itself.
type keysCommand struct {
	List     keysListCommand     `cmd:"" default:"1" help:"List the keys of this server."`
	Generate keysGenerateCommand `cmd:"" help:"Print a new private key, for SIMPLE_JWT.SIGNING_KEY or a key file."`
	Rotate   keysRotateCommand   `cmd:"" help:"Make a new key: published now, signing later."`
}

// keysListCommand lists the keys.
type keysListCommand struct{}

// Run prints a line for each key, the oldest first.
func (*keysListCommand) Run(p *program) error {
	folder, err := p.openKeyFolder()
	if err != nil {
		return err
	}
	list, err := folder.List()
	if err != nil {
		return err
	}
	for _, info := range list {
		p.printf("%-43s  %s  %-8s  signs from %s  %s\n", info.ID, info.Algorithm, info.State,
			info.SignsFrom.UTC().Format(time.RFC3339), retirement(info))
	}
	return nil
}

// retirement says until when a key verifies.
func retirement(info keys.Info) string {
	if info.RetiresAt.IsZero() {
		return "in use"
	}
	return "verifies until " + info.RetiresAt.UTC().Format(time.RFC3339)
}

// keysGenerateCommand makes a key and keeps nothing.
type keysGenerateCommand struct {
	Algorithm string `default:"RS256" help:"The signature algorithm: RS256, PS256, ES256, EdDSA, … (default: RS256)."`
	Bits      int    `default:"2048" help:"The size of an RSA key (default: 2048)."`
}

// Run prints the key.
func (c *keysGenerateCommand) Run(p *program) error {
	text, err := keys.Generate(c.Algorithm, c.Bits)
	if err != nil {
		return usageError{err}
	}
	p.printf("%s", text)
	return nil
}

// keysRotateCommand makes the next key.
type keysRotateCommand struct{}

// Run makes the key and says when it will sign.
func (*keysRotateCommand) Run(p *program) error {
	folder, err := p.openKeyFolder()
	if err != nil {
		return err
	}
	info, err := folder.Rotate()
	if errors.Is(err, keys.ErrRotating) {
		return errors.New("a new key is waiting for its turn to sign already; see: watchword keys list")
	}
	if err != nil {
		return err
	}
	p.printf("Made key %s. It is published now and signs from %s. Running servers notice by themselves.\n", info.ID,
		info.SignsFrom.UTC().Format(time.RFC3339))
	return nil
}

// openKeyFolder opens the folder of our own keys, or says where the keys come from instead.
func (p *program) openKeyFolder() (*keys.Folder, error) {
	loaded, err := p.load()
	if err != nil {
		return nil, err
	}
	if !loaded.makesKeys() {
		return nil, usageError{errors.New("the settings give the keys (SIMPLE_JWT.SIGNING_KEY, VERIFYING_KEY, ALGORITHM, " +
			"JWT_PRIVATE_KEY_PATH or JWT_PUBLIC_KEY_PATH), so there are none to manage here")}
	}
	return keys.OpenFolder(loaded.Keys, loaded.JWT.Algorithm)
}
