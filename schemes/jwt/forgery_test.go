package jwt

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "crypto/sha512"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/ssh"

	"watchword/schemes/jwt/keys"
)

// forgery is a recipe for a token that must not be taken.
type forgery struct {
	ID, Title string
	Mint      struct {
		Header  string `json:"header_raw"`
		Payload string `json:"payload_raw"`
		Sign    struct{ Alg, Key string }
		Post    []string
	}
	Targets []string
	Status  []int
}

// forger makes tokens by recipe, with the server's own key where the recipe says so.
type forger struct {
	t         *testing.T
	server    *rsa.PrivateKey
	attackers map[string]string // private keys as PEM, by algorithm
	now       int64
}

func newForger(t *testing.T, serverPEM string, now int64) *forger {
	t.Helper()
	block, _ := pem.Decode([]byte(serverPEM))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	f := &forger{t: t, server: key.(*rsa.PrivateKey), now: now, attackers: map[string]string{}}
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		if f.attackers[algorithm], err = keys.Generate(algorithm, 2048); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

var (
	nowPattern  = regexp.MustCompile(`\$\{NOW([+-]\d+)?\}`)
	nowMSMarker = regexp.MustCompile(`\$\{NOW_MS([+-]\d+)?\}`)
)

// fill replaces the recipe's variables.
func (f *forger) fill(s string) string {
	plus := func(base int64, re *regexp.Regexp) func(string) string {
		return func(m string) string {
			offset, _ := strconv.ParseInt(re.FindStringSubmatch(m)[1], 10, 64)
			return number(base + offset)
		}
	}
	s = nowMSMarker.ReplaceAllStringFunc(s, plus(f.now*1000, nowMSMarker))
	s = nowPattern.ReplaceAllStringFunc(s, plus(f.now, nowPattern))
	return strings.NewReplacer(
		"${UUID}", newID(""), "${UID}", "1", "${VICTIM_UID}", "1", "${DELETED_UID}", "99", "${INACTIVE_UID}", "2",
		"${AUD}", "us", "${ISS}", "we", "${TRAP}", "9", "${JWK.attacker_rsa}", f.attackerJWK(),
		"${JWKPRIV.attacker_rsa}", f.attackerJWK(), "${CERTB64.attacker_rsa}", "AA==", "${VICTIM_EMAIL}", "v@x.org",
		"%KID64K%", strings.Repeat("k", 65536), "%A64K%", strings.Repeat("a", 65536),
		"%FF%", `{"token_type":"access","exp":`+number(f.now+3600)+`,"user_id":"`+"\xff"+`"}`,
		"%DEEP100K%", `{"exp":`+number(f.now+3600)+`,"a":`+strings.Repeat("[", 100000)+strings.Repeat("]", 100000)+`}`,
	).Replace(s)
}

func (f *forger) attackerJWK() string {
	set, err := keys.Load("RS256", f.attackers["RS256"], "")
	if err != nil {
		f.t.Fatal(err)
	}
	text, _ := set.JWKS()
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(text)), `{"keys":[`), `]}`)
}

// secret is what an attacker may try as an HMAC secret: what everybody knows.
func (f *forger) secret(name string) []byte {
	der, err := x509.MarshalPKIXPublicKey(&f.server.PublicKey)
	if err != nil {
		f.t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	switch name {
	case "pem_public":
		return text
	case "pem_public_trimmed":
		return bytes.TrimSpace(text)
	case "pem_public_crlf":
		return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	case "der_public":
		return der
	case "pkcs1_der_public":
		return x509.MarshalPKCS1PublicKey(&f.server.PublicKey)
	case "base64_der_public":
		return []byte(base64.StdEncoding.EncodeToString(der))
	case "hex_der_public":
		return []byte(hex.EncodeToString(der))
	case "modulus_bytes":
		return f.server.N.Bytes()
	case "openssh_public_line":
		line, err := ssh.NewPublicKey(&f.server.PublicKey)
		if err != nil {
			f.t.Fatal(err)
		}
		return ssh.MarshalAuthorizedKey(line)
	case "django_secret_key":
		return []byte(secretKey)
	default:
		unquoted, err := strconv.Unquote(`"` + strings.TrimPrefix(name, "literal:") + `"`)
		if err != nil {
			return []byte(name)
		}
		return []byte(unquoted)
	}
}

func (f *forger) sign(algorithm, key, input string) []byte {
	switch {
	case algorithm == "none", algorithm == "literal", key == "":
		return nil
	case strings.HasPrefix(algorithm, "HS"):
		hash := map[string]crypto.Hash{"HS256": crypto.SHA256, "HS384": crypto.SHA384, "HS512": crypto.SHA512}[algorithm]
		mac := hmac.New(hash.New, f.secret(key))
		mac.Write([]byte(input))
		return mac.Sum(nil)
	case key == "server":
		signature, err := jwt.GetSigningMethod(algorithm).Sign(input, f.server)
		if err != nil {
			f.t.Fatal(err)
		}
		return signature
	}
	text, ok := f.attackers[algorithm]
	if !ok {
		algorithm, text = "RS256", f.attackers["RS256"]
	}
	set, err := keys.Load(algorithm, text, "")
	if err != nil {
		f.t.Fatal(err)
	}
	signature, err := set.Signing().Sign(input)
	if err != nil {
		f.t.Fatal(err)
	}
	return signature
}

// mint follows the recipe.
func (f *forger) mint(c forgery) string {
	header, body := f.fill(c.Mint.Header), f.fill(c.Mint.Payload)
	for _, operation := range c.Mint.Post {
		name, argument, _ := strings.Cut(operation, ":")
		size, _ := strconv.Atoi(argument)
		padding := `,"x":"` + strings.Repeat("a", size) + `"}`
		switch name {
		case "pad_payload":
			body = body[:len(body)-1] + padding
		case "pad_header":
			header = header[:len(header)-1] + padding
		}
	}
	segments := []string{encodeText(header), encodeText(body)}
	if slices.Contains(c.Mint.Post, "payload_unencoded") {
		segments[1] = body
	}
	signature := f.sign(c.Mint.Sign.Alg, c.Mint.Sign.Key, strings.Join(segments, "."))
	token := strings.Join(append(segments, encodeText(string(signature))), ".")
	for _, operation := range c.Mint.Post {
		token = f.spoil(token, operation, segments, body, signature)
	}
	return token
}

// spoil does one thing to a finished token.
func (f *forger) spoil(token, operation string, segments []string, body string, signature []byte) string {
	name, argument, _ := strings.Cut(operation, ":")
	size, _ := strconv.Atoi(argument)
	input := strings.Join(segments, ".")
	sig := encodeText(string(signature))
	with := func(signature []byte) string { return input + "." + encodeText(string(signature)) }
	switch name {
	case "pad_payload", "pad_header", "payload_unencoded":
		return token
	case "strip_sig":
		return input + "."
	case "drop_sig_segment":
		return input
	case "append":
		return token + argument
	case "prepend":
		return argument + token
	case "replace":
		return argument
	case "replace_repeat":
		char, count, _ := strings.Cut(argument, ":")
		n, _ := strconv.Atoi(count)
		return strings.Repeat(char, n)
	case "noncanonical_last":
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		last := strings.IndexByte(alphabet, token[len(token)-1])
		return token[:len(token)-1] + alphabet[last^1:last^1+1]
	case "std_b64":
		return strings.NewReplacer("-", "+", "_", "/").Replace(token)
	case "insert_sig":
		return input + "." + sig[:10] + argument + sig[10:]
	case "replace_dots":
		return strings.ReplaceAll(token, ".", argument)
	case "percent_encode":
		return strings.ReplaceAll(token, ".", "%2E")
	case "sig_zero":
		return with(make([]byte, size))
	case "sig_ff":
		return with(bytes.Repeat([]byte{0xff}, size))
	case "sig_truncate":
		return with(signature[:size])
	case "sig_prepend_zero":
		return with(append([]byte{0}, signature...))
	case "bitflip_sig":
		flipped := slices.Clone(signature)
		flipped[0] ^= 1
		return with(flipped)
	case "bitflip_payload":
		return segments[0] + "." + encodeText(strings.Replace(body, "access", "accesr", 1)) + "." + sig
	case "swap_segments":
		return segments[1] + "." + segments[0] + "." + sig
	case "quote":
		return `"` + token + `"`
	case "b64_twice":
		return encodeText(token)
	case "gzip":
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write([]byte(token))
		_ = w.Close()
		return base64.StdEncoding.EncodeToString(packed.Bytes())
	case "json_serialization":
		return `{"payload":"` + segments[1] + `","signatures":[{"protected":"` + segments[0] + `","signature":"` + sig + `"}]}`
	case "json_flattened":
		return `{"payload":"` + segments[1] + `","protected":"` + segments[0] + `","signature":"` + sig + `"}`
	case "sig_from":
		return with(f.sign("RS256", "server", "x"))
	default:
		f.t.Fatalf("no operation %q", operation)
		return ""
	}
}

// judge says whether the token is taken where the case aims it.
func judge(t *testing.T, f fixture, target, raw string) bool {
	t.Helper()
	switch target {
	case "header":
		id, err := f.Authenticate(bearerRequest("Bearer " + raw))
		return err == nil && !id.Anonymous()
	case "body.token":
		return f.Verify(t.Context(), raw) == nil
	case "body.refresh":
		_, err := f.Refresh(t.Context(), raw)
		return err == nil
	default:
		t.Fatalf("no target %q", target)
		return false
	}
}

func TestForgeriesAreRefused(t *testing.T) {
	for _, library := range []keys.RSALibrary{keys.RSAGo, keys.RSAAuto} {
		t.Run(string(library), func(t *testing.T) { testForgeries(t, library) })
	}
}

// through returns f with the same keys, with which library computes.
func through(t *testing.T, library keys.RSALibrary, f fixture) fixture {
	t.Helper()
	accelerator, err := keys.NewAccelerator(library, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if f.keys, err = accelerator.Over(func() (*keys.Set, error) { return keysOf(t, f.cfg).(*keys.Set), nil })(); err != nil {
		t.Fatal(err)
	}
	return f
}

func testForgeries(t *testing.T, library keys.RSALibrary) {
	file, err := os.Open("testdata/forgeries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	count := 0
	plain := through(t, library, safe(t, func(c *Config) { c.KeyIDs = false }))
	bound := through(t, library, safe(t, func(c *Config) { c.KeyIDs = false; c.Audience, c.Issuer = "us", "we" }))
	maker := newForger(t, plain.cfg.SigningKey, plain.clock.at.Unix())
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c forgery
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		f := plain
		if strings.HasPrefix(c.ID, "jwt-aud-") || strings.HasPrefix(c.ID, "jwt-iss-") {
			f = bound
		}
		raw := maker.mint(c)
		for _, target := range c.Targets {
			count++
			taken := judge(t, f, target, raw)
			if taken && !slices.Contains(c.Status, 200) {
				t.Errorf("%s (%s): %s taken", c.ID, c.Title, target)
			}
		}
	}
	if count < 300 {
		t.Errorf("got %d tries, want more than 300", count)
	}
}

// TestTheForgerCanMakeGoodTokens shows that forgeries are not refused for a fault of the test.
func TestTheForgerCanMakeGoodTokens(t *testing.T) {
	f := safe(t, func(c *Config) { c.Audience, c.Issuer = "us", "we" })
	maker := newForger(t, f.cfg.SigningKey, f.clock.at.Unix())
	var c forgery
	c.Mint.Header = `{"alg":"RS256","typ":"JWT"}`
	c.Mint.Payload = `{"token_type":"access","exp":${NOW+3600},"iat":${NOW},"jti":"${UUID}","user_id":"${UID}","aud":"${AUD}","iss":"${ISS}"}`
	c.Mint.Sign.Alg, c.Mint.Sign.Key = "RS256", "server"
	raw := maker.mint(c)
	if !judge(t, f, "header", raw) || !judge(t, f, "body.token", raw) {
		t.Error("a good token was refused")
	}
}
