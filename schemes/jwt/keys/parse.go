package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// maxText bounds the text of a key file; a full JWK Set of large keys stays far below.
const maxText = 256 << 10

// parse reads every key in text: PEM blocks (PKCS #1, PKCS #8, SPKI, SEC 1, OpenSSH), a JWK, a JWK Set, or a public
// key line as in authorized_keys. The errors say what to do and repeat nothing of the text.
func parse(text []byte) ([]material, error) {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return nil, errors.New("there is no key")
	case len(text) > maxText:
		return nil, fmt.Errorf("the text has %d bytes; a key has far fewer", len(text))
	case text[0] == '{':
		return parseJWK(text)
	case bytes.HasPrefix(text, []byte(begin)), bytes.Contains(text, []byte("\n"+begin)):
		return parsePEM(text)
	case bytes.HasPrefix(text, []byte("ssh-")), bytes.HasPrefix(text, []byte("ecdsa-sha2-")):
		return parseAuthorized(text)
	default:
		return nil, errors.New("the text is no key in PEM, OpenSSH or JWK form")
	}
}

// begin is how a PEM block begins.
const begin = "-----BEGIN "

// parsePEM reads PEM blocks. There may be text around them, as openssl writes it (RFC 7468 section 2).
func parsePEM(text []byte) ([]material, error) {
	var found []material
	for bytes.Contains(text, []byte(begin)) {
		block, rest := pem.Decode(text)
		if block == nil {
			return nil, errors.New("the PEM text is damaged")
		}
		if block.Type != "EC PARAMETERS" { // openssl writes the curve's name in front of the key
			m, err := parseBlock(block)
			if err != nil {
				return nil, err
			}
			found = append(found, m)
		}
		text = rest
	}
	return found, nil
}

func parseBlock(block *pem.Block) (material, error) {
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return material{}, errEncrypted
		}
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return material{}, errEncrypted
		}
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "OPENSSH PRIVATE KEY":
		key, err = parseOpenSSH(block)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return material{}, errEncrypted
	default:
		return material{}, fmt.Errorf("a PEM block %q is no key that is read here", block.Type)
	}
	if err != nil {
		return material{}, fmt.Errorf("the %s is damaged or not supported: %w", strings.ToLower(block.Type), err)
	}
	return fromKey(key)
}

var errEncrypted = errors.New("the private key is encrypted; remove the passphrase " +
	"(openssl pkey -in key.pem -out plain.pem, or ssh-keygen -p) and protect the file instead")

// parseOpenSSH reads the form that ssh-keygen writes.
func parseOpenSSH(block *pem.Block) (any, error) {
	key, err := ssh.ParseRawPrivateKey(pem.EncodeToMemory(block))
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return nil, errEncrypted
	}
	if pointer, ok := key.(*ed25519.PrivateKey); ok {
		return *pointer, nil
	}
	return key, err
}

func parseAuthorized(text []byte) ([]material, error) {
	var found []material
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		parsed, _, _, _, err := ssh.ParseAuthorizedKey(line)
		if err != nil {
			return nil, fmt.Errorf("the public key line is damaged: %w", err)
		}
		wrapped, ok := parsed.(ssh.CryptoPublicKey)
		if !ok {
			return nil, fmt.Errorf("a key of type %s cannot sign tokens", parsed.Type())
		}
		m, err := fromKey(wrapped.CryptoPublicKey())
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, nil
}
