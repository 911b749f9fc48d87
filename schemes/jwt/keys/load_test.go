package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/MicahParks/jwkset"
	"golang.org/x/crypto/ssh"
)

func newRSA(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func armour(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// privateForms writes a key in every private form that it has.
func privateForms(t *testing.T, key crypto.Signer) map[string]string {
	t.Helper()
	block := must[*pem.Block](t)(ssh.MarshalPrivateKey(key, "someone@somewhere"))
	full := must[jwkset.JWK](t)(jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Marshal: jwkset.JWKMarshalOptions{Private: true}}))
	forms := map[string]string{
		"PKCS #8": armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))),
		"OpenSSH": string(pem.EncodeToMemory(block)),
		"JWK":     string(must[[]byte](t)(json.Marshal(full.Marshal()))),
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		forms["PKCS #1"] = armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k))
	case *ecdsa.PrivateKey:
		forms["SEC 1"] = armour("EC PRIVATE KEY", must[[]byte](t)(x509.MarshalECPrivateKey(k)))
		forms["SEC 1 behind its curve"] = armour("EC PARAMETERS", []byte{6, 0}) + forms["SEC 1"]
	}
	return forms
}

// publicForms writes the public half of a key in every form that it has.
func publicForms(t *testing.T, key crypto.Signer) map[string]string {
	t.Helper()
	line := must[ssh.PublicKey](t)(ssh.NewPublicKey(key.Public()))
	public := must[jwkset.JWK](t)(jwkset.NewJWKFromKey(key.Public(), jwkset.JWKOptions{}))
	jwk := string(must[[]byte](t)(json.Marshal(public.Marshal())))
	forms := map[string]string{
		"none":        "",
		"SPKI":        armour("PUBLIC KEY", must[[]byte](t)(x509.MarshalPKIXPublicKey(key.Public()))),
		"OpenSSH":     string(ssh.MarshalAuthorizedKey(line)),
		"JWK":         jwk,
		"JWK Set":     `{"keys":[` + jwk + `]}`,
		"private key": armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))),
	}
	if k, ok := key.(*rsa.PrivateKey); ok {
		forms["PKCS #1"] = armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&k.PublicKey))
	}
	return forms
}

func TestEveryFormOfAKeyIsRead(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for algorithm, key := range map[string]crypto.Signer{
		"RS256": newRSA(t),
		"ES256": must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		"ES384": must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)),
		"ES512": must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)),
		"EdDSA": edwards,
	} {
		for private, signing := range privateForms(t, key) {
			for public, verifying := range publicForms(t, key) {
				set, err := Load(algorithm, signing, verifying)
				if err != nil {
					t.Errorf("%s: %s with %s: %v", algorithm, private, public, err)
					continue
				}
				signature, err := set.Signing().Sign("a.b")
				if err != nil {
					t.Fatal(err)
				}
				if err := set.Verifying("")[0].Verify("a.b", signature); err != nil {
					t.Errorf("%s: %s with %s: own signature refused: %v", algorithm, private, public, err)
				}
				if err := set.Verifying("")[0].Verify("a.c", signature); err == nil {
					t.Errorf("%s: %s with %s: signature of another text accepted", algorithm, private, public)
				}
			}
		}
	}
}

func TestUnfitKeysAreRefusedWithWordsThatHelp(t *testing.T) {
	good := newRSA(t)
	pkcs8 := armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(good)))
	other := publicForms(t, newRSA(t))["SPKI"]
	small := rsaOf(512)
	curve := armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(
		must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)))))
	locked := must[*pem.Block](t)(ssh.MarshalPrivateKeyWithPassphrase(good, "", []byte("secret")))
	three := good.PublicKey
	three.E = 3
	for _, c := range []struct{ name, algorithm, signing, verifying, want string }{
		{"nothing", "RS256", " \n", "", "no key"},
		{"garbage", "RS256", "hello", "", "no key in PEM"},
		{"damaged PEM", "RS256", strings.Replace(pkcs8, "\nMII", "\nNII", 1), "", "damaged"},
		{"RSA of 512 bits", "RS256", armour("RSA PRIVATE KEY", small), "", "512 bits"},
		{"RSA of 1024 bits, public", "RS256", "", publicRSA(1024), "1024 bits"},
		{"exponent 3", "RS256", "", armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&three)), "exponent 3"},
		{"halves of two pairs", "RS256", pkcs8, other, "not the public half"},
		{"public key to sign", "RS256", other, "", "no private key"},
		{"RSA key for ES256", "ES256", pkcs8, "", "does not go with ES256"},
		{"P-384 key for ES256", "ES256", curve, "", "P-384"},
		{"passphrase", "RS256", string(pem.EncodeToMemory(locked)), "", "encrypted"},
		{"old passphrase", "RS256", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----", "", "encrypted"},
		{"certificate", "RS256", "", armour("CERTIFICATE", []byte{1}), "CERTIFICATE"},
		{"secret as JWK", "RS256", "", `{"kty":"oct","k":"AAAA"}`, "shared secret"},
		{"empty JWK Set", "RS256", "", `{"keys":[]}`, "empty"},
		{"unknown algorithm", "none", pkcs8, "", "not a signature algorithm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(c.algorithm, c.signing, c.verifying)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got error %v, want words about %q", err, c.want)
			}
			if strings.Contains(err.Error(), "MII") {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}

func TestTextAroundPEMBlocksIsPassedOver(t *testing.T) {
	key := newRSA(t)
	private := privateForms(t, key)["PKCS #8"]
	for name, text := range map[string]string{
		"before":      "Bag Attributes\n    friendlyName: x\nKey Attributes: <No Attributes>\n" + private,
		"behind":      private + "\nkeep this safe",
		"line ends":   strings.ReplaceAll(private, "\n", "\r\n"),
		"white space": "\n \t" + private + "\n\n",
	} {
		if _, err := Load("RS256", text, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFaultsOfKeyFilesNameTheirSettings(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	public := publicForms(t, newRSA(t))["SPKI"]
	good, other := write("good", privateForms(t, newRSA(t))["PKCS #8"]), write("other", public)
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"no file", Config{PrivateKeyPath: filepath.Join(folder, "none")}, "JWT_PRIVATE_KEY_PATH: open "},
		{"empty", Config{PrivateKeyPath: write("empty", "\n")}, "JWT_PRIVATE_KEY_PATH: there is no key in "},
		{"public", Config{PrivateKeyPath: other}, "JWT_PRIVATE_KEY_PATH: holds no private key"},
		{"garbage", Config{PublicKeyPath: write("garbage", "x")}, "JWT_PUBLIC_KEY_PATH: the text is no key"},
		{"two pairs", Config{PrivateKeyPath: good, PublicKeyPath: other}, "JWT_PUBLIC_KEY_PATH: is not the public half of JWT_PRIVATE_KEY_PATH"},
	} {
		if _, err := LoadFiles("RS256", c.cfg); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// rsaOf makes the PKCS #1 form of a key that the standard library would no longer make.
func rsaOf(bits int) []byte {
	for {
		p, _ := rand.Prime(rand.Reader, bits/2)
		q, _ := rand.Prime(rand.Reader, bits/2)
		one := big.NewInt(1)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(big.NewInt(65537), phi)
		n := new(big.Int).Mul(p, q)
		if d == nil || n.BitLen() != bits {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{p, q}}
		return x509.MarshalPKCS1PrivateKey(key)
	}
}

func publicRSA(bits int) string {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1)) //nolint:gosec // a small positive number
	n.Add(n, big.NewInt(1))
	return armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: n, E: 65537}))
}

func TestSecretsAreLongAndNoPublicKeys(t *testing.T) {
	for _, c := range []struct {
		name, algorithm, secret string
		least                   int
		ok                      bool
	}{
		{"long enough", "HS256", strings.Repeat("x", 32), 32, true},
		{"too short", "HS256", strings.Repeat("x", 31), 32, false},
		{"short where that is allowed", "HS512", "x", 1, true},
		{"empty", "HS256", "", 0, false},
		{"not an HMAC", "RS256", strings.Repeat("x", 64), 32, false},
		{"a public key", "HS256", publicRSA(2048), 32, false},
		{"a public key line", "HS256", "ssh-rsa " + strings.Repeat("A", 64), 32, false},
	} {
		if _, err := Secret(c.algorithm, c.secret, c.least); (err == nil) != c.ok {
			t.Errorf("%s: got error %v, want none: %v", c.name, err, c.ok)
		}
	}
}

// TestThumbprint uses the example of RFC 7638 section 3.1.
func TestThumbprint(t *testing.T) {
	const key = `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_` +
		`BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJ` +
		`ZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-` +
		`csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"}`
	set, err := Load("RS256", "", key)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := set.Verifying("")[0].ID(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheJWKSetShowsPublicPartsOnly(t *testing.T) {
	set, err := Load("RS256", privateForms(t, newRSA(t))["PKCS #8"], "")
	if err != nil {
		t.Fatal(err)
	}
	text, etag := set.JWKS()
	var document struct{ Keys []map[string]any }
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Keys) != 1 || len(etag) < 3 || etag[0] != '"' {
		t.Fatalf("got %s with etag %s", text, etag)
	}
	names := map[string]bool{"kty": true, "use": true, "alg": true, "kid": true, "n": true, "e": true}
	for name := range document.Keys[0] {
		if !names[name] {
			t.Errorf("the member %q is shown", name)
		}
	}
	again, err := Load("RS256", "", string(text))
	if err != nil || again.Verifying(set.Signing().ID()) == nil {
		t.Errorf("the document cannot be used to verify: %v", err)
	}
	secret, err := Secret("HS256", strings.Repeat("s", 40), 32)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := secret.JWKS(); strings.TrimSpace(string(text)) != `{"keys":[]}` {
		t.Errorf("a secret is shown: %s", text)
	}
}

func TestASetHasNoTwoKeysOfOneName(t *testing.T) {
	k, err := newKey("RS256", must[material](t)(fromKey(newRSA(t))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSet(k, k); err == nil {
		t.Error("the same key twice was taken")
	}
	if _, err := NewSet(k.verifier()); err == nil {
		t.Error("a key without private half was taken to sign")
	}
}
