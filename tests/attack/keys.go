package attack

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Keys are the server's own key, the attacker's keys, and what an attacker can make of the server's public key.
type Keys struct {
	server, attacker, provider *rsa.PrivateKey
	elliptic                   *ecdsa.PrivateKey
	edwards                    ed25519.PrivateKey
	secrets                    map[string][]byte // HMAC keys by name
}

// NewKeys makes the attacker's keys.
func NewKeys(server *rsa.PrivateKey, djangoSecret string) (*Keys, error) {
	attacker, errA := rsa.GenerateKey(rand.Reader, 2048)
	provider, errB := rsa.GenerateKey(rand.Reader, 2048)
	curve, errC := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edwards, errD := ed25519.GenerateKey(rand.Reader)
	secrets, errE := publicForms(&server.PublicKey)
	if err := errors.Join(errA, errB, errC, errD, errE); err != nil {
		return nil, err
	}
	secrets["django_secret_key"] = []byte(djangoSecret)
	return &Keys{server: server, attacker: attacker, provider: provider, elliptic: curve, edwards: edwards,
		secrets: secrets}, nil
}

// publicForms are the texts in which a public key is published; a confused verifier takes one for an HMAC secret.
func publicForms(key *rsa.PublicKey) (map[string][]byte, error) {
	der, errA := x509.MarshalPKIXPublicKey(key)
	ssh, errB := sshLine(key)
	if err := errors.Join(errA, errB); err != nil {
		return nil, err
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(key)
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return map[string][]byte{
		"pem_public":          text,
		"pem_public_trimmed":  []byte(strings.TrimSpace(string(text))),
		"pem_public_crlf":     []byte(strings.ReplaceAll(string(text), "\n", "\r\n")),
		"der_public":          der,
		"pkcs1_pem_public":    pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1}),
		"pkcs1_der_public":    pkcs1,
		"base64_der_public":   []byte(base64.StdEncoding.EncodeToString(der)),
		"hex_der_public":      []byte(hex.EncodeToString(der)),
		"modulus_bytes":       key.N.Bytes(),
		"jwk_json":            []byte(JWK(key)),
		"openssh_public_line": ssh,
	}, nil
}

func sshLine(key *rsa.PublicKey) ([]byte, error) {
	public, err := ssh.NewPublicKey(key)
	if err != nil {
		return nil, err
	}
	return []byte(strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))), nil
}

// JWK is a public key in JSON.
func JWK(key *rsa.PublicKey) string {
	text, _ := json.Marshal(map[string]string{ // texts only: it cannot fail
		"kty": "RSA", "alg": "RS256", "use": "sig",
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	})
	return string(text)
}

// AttackerJWK is the public key of the attacker.
func (k *Keys) AttackerJWK() string { return JWK(&k.attacker.PublicKey) }

// sign signs text as the recipe says.
func (k *Keys) sign(m Mint, text string) ([]byte, error) {
	alg := m.Sign.Alg
	if alg == "none" || alg == "literal" || m.Sign.Key == nil {
		return nil, nil
	}
	switch alg[:2] {
	case "HS":
		return k.signHMAC(alg, *m.Sign.Key, text)
	case "ES":
		digest := sha256.Sum256([]byte(text))
		return ecdsa.SignASN1(rand.Reader, k.elliptic, digest[:])
	case "Ed":
		return ed25519.Sign(k.edwards, []byte(text)), nil
	}
	key, known := map[string]*rsa.PrivateKey{
		"server": k.server, "attacker_rsa": k.attacker, "social_provider": k.provider,
	}[*m.Sign.Key]
	if !known {
		return nil, fmt.Errorf("unknown key %q", *m.Sign.Key)
	}
	return signRSA(key, alg, text)
}

func (k *Keys) signHMAC(alg, name, text string) ([]byte, error) {
	secret, known := k.secrets[name]
	if literal, found := strings.CutPrefix(name, "literal:"); found {
		unquoted, err := strconv.Unquote(`"` + literal + `"`)
		if err != nil {
			return nil, err
		}
		secret, known = []byte(unquoted), true
	}
	if !known {
		return nil, fmt.Errorf("unknown key %q", name)
	}
	mac := hmac.New(hash(alg).New, secret)
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil), nil
}

func signRSA(key *rsa.PrivateKey, alg, text string) ([]byte, error) {
	h := hash(alg).New()
	_, _ = h.Write([]byte(text)) // never fails
	if alg[0] == 'P' {
		return rsa.SignPSS(rand.Reader, key, hash(alg), h.Sum(nil), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return rsa.SignPKCS1v15(rand.Reader, key, hash(alg), h.Sum(nil))
}

// hash is the digest at the end of an algorithm's name. SHA-384 and SHA-512 are linked in by crypto/x509.
func hash(alg string) crypto.Hash {
	switch alg[2:] {
	case "384":
		return crypto.SHA384
	case "512":
		return crypto.SHA512
	}
	return crypto.SHA256
}
