package outbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"watchword/email"
)

// purpose sets the keys of this package apart from all others that are made from SECRET_KEY.
const purpose = "watchword outbox v1"

// errNoKey says that there is nothing to encrypt mails with.
var errNoKey = errors.New("SECRET_KEY: is needed to encrypt mails that wait to be sent")

// errUnreadable says that a mail was encrypted with a key that is not ours.
var errUnreadable = errors.New("cannot be decrypted: it was altered, or SECRET_KEY was changed and the old one is not in " +
	"SECRET_KEY_FALLBACKS")

// sealer encrypts messages: AES-256-GCM with keys derived by HKDF-SHA-256. A sealed message is a nonce and the
// ciphertext, and opens only under the ID that it was sealed with, so that rows cannot be exchanged.
//
// Source: RFC 5869; NIST SP 800-38D, whose bound for random nonces is 2³² messages with one key.
type sealer struct {
	ciphers []cipher.AEAD // the first one seals, each one may open
}

// newSealer derives one cipher from each secret.
func newSealer(secrets []string) (*sealer, error) {
	if len(secrets) == 0 || secrets[0] == "" {
		return nil, errNoKey
	}
	s := new(sealer)
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, []byte(secret), nil, purpose, 32)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		s.ciphers = append(s.ciphers, aead)
	}
	return s, nil
}

// seal encrypts m.
func (s *sealer) seal(m email.Message) ([]byte, error) {
	clear, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("cannot encode a mail: %w", err)
	}
	return s.ciphers[0].Seal(nil, nil, clear, []byte(m.ID)), nil //nolint:gosec // this kind of GCM makes its nonces itself
}

// open decrypts the message with that ID. The error is errUnreadable, which says nothing of its text.
func (s *sealer) open(id string, sealed []byte) (email.Message, error) {
	var m email.Message
	for _, aead := range s.ciphers {
		clear, err := aead.Open(nil, nil, sealed, []byte(id))
		if err != nil {
			continue
		}
		if err := json.Unmarshal(clear, &m); err != nil {
			return email.Message{}, errUnreadable
		}
		return m, nil
	}
	return m, errUnreadable
}
