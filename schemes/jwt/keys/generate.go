package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
)

// Generate makes a private key for algorithm and returns it as PKCS #8 PEM text. bits is the size of RSA keys and is
// not looked at for others.
func Generate(algorithm string, bits int) (string, error) {
	private, err := generate(algorithm, bits)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", fmt.Errorf("keys: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func generate(algorithm string, bits int) (crypto.Signer, error) {
	switch {
	case strings.HasPrefix(algorithm, "RS"), strings.HasPrefix(algorithm, "PS"):
		if bits < minRSABits || bits > maxRSABits {
			return nil, fmt.Errorf("keys: an RSA key of %d bits; %d to %d are taken", bits, minRSABits, maxRSABits)
		}
		return rsa.GenerateKey(rand.Reader, bits)
	case algorithm == "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case algorithm == "ES384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case algorithm == "ES512":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case algorithm == "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, fmt.Errorf("keys: no key pair can be made for %q", algorithm)
	}
}
