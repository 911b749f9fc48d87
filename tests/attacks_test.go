package tests

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // RSA-OAEP of RFC 7518 is defined with it
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

// attacksVariable names further files of attack cases, separated as in PATH.
const attacksVariable = "TEST_ATTACKS"

// attackGroups are the groups of cases that concern what this version serves.
var attackGroups = []string{"jwt_forgery", "body", "http", "token_lifecycle", "opaque_token", "cors", "mass_assignment"}

// mappings aim cases at endpoints that this version has: what a case does to a protected resource or to a login can
// be done to any. The first prefix that fits is replaced.
var mappings = []struct{ from, to string }{
	{"${SJWT}", "/api/token"},
	{"body.refresh:POST ${DJRA}/logout/", "body.refresh:POST /api/token/blacklist/"}, // the refusals there have a code
	{"${DJRA}", "/dj-rest-auth"},
	{"${AIK}", "/api/v1/auth"},
	{"${RAT}/me/", "/auth-demo/whoami/"},
	{"${RAT}", "/auth"},
}

// pendingPrefixes are components that this version does not serve; cases that need one are counted and listed.
var pendingPrefixes = []string{"${KNOX}"}

// told are the cases that cannot be read from the file alone, by what they need.
var told = map[string]string{
	"mass-disconnect-foreign":  "needs an account at an identity provider",
	"jwthdr-cookie-and-header": "needs tokens in cookies",
	"cors-wild-credentials":    "needs a server that does not start, which a test of the settings has",
}

// amendments are the cases whose expected status is another one here.
var amendments = map[string]struct {
	status []int
	reason string
}{
	"jwt-wire-tab": {[]int{200, 401}, "space around a header's value and around a field is no part of it; the token is genuine"},
}

func TestAttacksAreRefused(t *testing.T) {
	t.Parallel()
	plain := newTarget(t, nil)
	named := newTarget(t, map[string]any{"AUDIENCE": audience, "ISSUER": issuer})
	var waiting []string
	for _, c := range loadCases(t) {
		if !slices.Contains(attackGroups, c.Group) || c.Steps != nil {
			continue
		}
		if reason := cmp.Or(told[c.ID], pendingReason(c)); reason != "" {
			waiting = append(waiting, c.ID+": "+reason)
			continue
		}
		aimed, patient := plain, isPatient(c)
		if strings.HasPrefix(c.ID, "jwt-aud-") || strings.HasPrefix(c.ID, "jwt-iss-") {
			aimed = named
		}
		if patient {
			aimed = newTarget(t, nil) // of its own: it runs beside the others
		}
		t.Run(c.ID, func(t *testing.T) {
			if patient {
				t.Parallel()
			}
			aimed.run(t, c)
		})
	}
	t.Logf("%d cases wait for parts that this version does not have:\n%s", len(waiting), strings.Join(waiting, "\n"))
}

// isPatient says whether a case makes the server wait for its own time-outs.
func isPatient(c attack.Case) bool {
	return c.ID == "body-cl-lie-short" || c.Request != nil && c.Request.BodyGen != nil && c.Request.BodyGen.Rate > 0
}

// TestPendingComponentsAreNotServed keeps the list of pending cases honest.
func TestPendingComponentsAreNotServed(t *testing.T) {
	t.Parallel()
	server := newTarget(t, nil).server
	for _, path := range []string{"/knox/login/"} {
		if got := server.Get(t, path, ""); got.Status != 404 {
			t.Errorf("GET %s = %d, want 404: take its component off the pending lists", path, got.Status)
		}
	}
}

// pendingReason is why a case cannot run yet, or "".
func pendingReason(c attack.Case) string {
	places := append([]string{c.Raw}, c.Targets...)
	if c.Request != nil {
		places = append(places, c.Request.Path)
	}
	if len(c.Targets) > 0 { // a case counts when one of its targets is there
		places = []string{strings.Join(aimTargets(c.Targets), " ")}
		if places[0] == "" {
			return "needs " + strings.Join(c.Targets, ", ")
		}
	}
	for _, place := range places {
		for _, prefix := range pendingPrefixes {
			if i := strings.Index(aim(place), prefix); i >= 0 {
				path, _, _ := strings.Cut(aim(place)[i:], " ")
				return "needs " + path
			}
		}
	}
	return ""
}

// aim replaces what mappings list.
func aim(place string) string {
	for _, m := range mappings {
		place = strings.Replace(place, m.from, m.to, 1)
	}
	return place
}

// aimTargets are the targets that this version has.
func aimTargets(targets []string) []string {
	var out []string
	for _, target := range targets {
		aimed := aim(target)
		if !slices.ContainsFunc(pendingPrefixes, func(p string) bool { return strings.Contains(aimed, p) }) &&
			!slices.Contains(out, aimed) {
			out = append(out, aimed)
		}
	}
	return out
}

func loadCases(t *testing.T) []attack.Case {
	t.Helper()
	var all []attack.Case
	seen := map[string]bool{}
	// Cases of other files come first: a case of the same name replaces ours.
	for _, path := range append(filepath.SplitList(os.Getenv(attacksVariable)), "testdata/attacks.jsonl") {
		cases, err := attack.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if !seen[c.ID] {
				seen[c.ID] = true
				all = append(all, c)
			}
		}
	}
	return all
}

const (
	audience = "the-audience"
	issuer   = "https://issuer.example"

	friendlyOrigin = "https://app.example.org"
)

// target is a server under attack and what the attacker knows of it.
type target struct {
	server *harness.Server
	keys   *attack.Keys
	values attack.Values
	state  *attack.State
	trap   *atomic.Int32 // connections to a listener that nobody must be talked into calling
}

const (
	ownPassword  = "correct-horse-9-battery"
	surrogatePwd = "\ufffdaaaaaaaa" // what a decoder that replaces lone surrogates takes one for
)

// newTarget starts a server with users, under COMPATIBILITY safe. Access tokens live as long as those of the cases.
func newTarget(t *testing.T, jwtSettings map[string]any) *target {
	t.Helper()
	settings, jwt := harness.DefaultSettings(t), harness.JWTSettings(t)
	jwt["ACCESS_TOKEN_LIFETIME"], jwt["REFRESH_TOKEN_LIFETIME"] = "2h", "48h"
	for name, value := range jwtSettings {
		jwt[name] = value
	}
	settings["SIMPLE_JWT"], settings["DEMO"] = jwt, true
	settings["REGISTRATION_ENABLED"], settings["REGISTRATION_EMAIL_CONFIRM"] = true, true
	settings["REGISTRATION_EMAIL"] = map[string]string{"BASE_URL": "https://example.org"}
	settings["FEATURES"] = map[string]any{"cors": true}
	settings["CORS_ALLOWED_ORIGINS"], settings["CORS_ALLOW_CREDENTIALS"] = []string{friendlyOrigin}, true
	db := harness.SQLite(t)
	server := harness.Start(t, harness.Config{
		Database: db, Settings: settings, Secrets: []string{ownPassword, harness.SecretKey},
		Fixtures: append(strayTokens(), harness.Rows(
			harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword},
			harness.User{ID: 2, Username: "vera", Email: "vera@example.org", Password: "another-horse-7"},
			harness.User{ID: 3, Username: "ina", Password: "third-horse-77", Inactive: true},
			harness.User{ID: 4, Username: "admin", Email: "admin@example.org", Password: "fourth-horse-7", Staff: true},
			harness.User{ID: 5, Username: "surr", Password: surrogatePwd},
			harness.User{ID: 6, Username: "twin1", Email: "twin@example.org", Password: ownPassword},
			harness.User{ID: 7, Username: "twin2", Email: "twin@example.org", Password: ownPassword},
		)...),
	})
	keys, err := attack.NewKeys(harness.SigningKey(t), harness.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	x := &target{server: server, keys: keys, trap: new(atomic.Int32),
		state: &attack.State{DB: db.Open(t), MailDir: server.MailDir}}
	x.values = attack.Values{
		"USER": "mike", "PASS": ownPassword, "UID": "1", "VICTIM": "vera", "VICTIM_UID": "2", "VICTIM_NAME": "vera",
		"VICTIM_EMAIL": "vera@example.org", "INACTIVE_UID": "3", "DELETED_UID": "99", "SURR_USER": "surr",
		"DUP_EMAIL": "twin@example.org", "AUD": audience, "ISS": issuer, "ORIGIN": friendlyOrigin, "HOST": server.Host,
		"TRAP":             listen(t, x.trap),
		"JWK.attacker_rsa": keys.AttackerJWK(), "JWE_RSA_OAEP": encrypted(t), "CSRF_SECRET": rand.Text(),
		"SESSION": strings.ToLower(rand.Text()), "RESET_TOKEN": "cs1w2a-0123456789abcdef0123456789abcdef",
	}
	x.values["ACCESS"], x.values["ACCESS_OTHER"] = x.mintAccess(t, "1"), x.mintAccess(t, "2")
	for !strings.ContainsAny(x.values["OPAQUE"], "-_") { // or it would be spelled alike in both alphabets of base64
		x.values["OPAQUE"] = server.Post(t, "/auth/login/", map[string]string{"username": "mike", "password": ownPassword}).Field(t, "token")
	}
	x.values["EMAIL_CONFIRM_TOKEN"], x.values["DB.authtoken_key"] = confirmationToken, plainKey
	x.control(t)
	return x
}

// Tokens of the victim that must not let anybody in where opaque tokens are asked for.
const (
	confirmationToken = "Y29uZmlybWF0aW9uLXRva2VuLW9mLXRoZS1ibGFjay1ib3gtdGVzdHMtLi4uLi4u" // of 48 bytes
	plainKey          = "0123456789abcdef0123456789abcdef01234567"
)

// strayTokens are the rows of these tokens.
func strayTokens() []map[string]any {
	raw, _ := base64.RawURLEncoding.DecodeString(confirmationToken) // a constant
	digest := sha256.Sum256(raw)
	return []map[string]any{
		{"model": "rest_authtoken.emailconfirmationtoken", "pk": base64.StdEncoding.EncodeToString(digest[:]),
			"fields": map[string]any{"user": 2, "email": "vera@example.org", "created": "2099-01-01T00:00:00Z"}},
		{"model": "authtoken.token", "pk": plainKey, "fields": map[string]any{"user": 2, "created": "2024-01-01T00:00:00Z"}},
	}
}

// mintAccess signs an access token with the server's own key, as the recipes of the cases do.
func (x *target) mintAccess(t *testing.T, uid string) string {
	t.Helper()
	recipe := attack.Mint{Header: `{"alg":"RS256","typ":"JWT"}`, Payload: `{"token_type":"access","exp":${NOW+3600},` +
		`"iat":${NOW},"jti":"${UUID}","user_id":"` + uid + `","aud":"${AUD}","iss":"${ISS}"}`}
	recipe.Sign.Alg, recipe.Sign.Key = "RS256", ptr("server")
	token, err := x.keys.Forge(recipe, x.values)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// control makes sure that a token without a fault is accepted: otherwise every refusal below would prove nothing.
func (x *target) control(t *testing.T) {
	t.Helper()
	if got := x.server.Get(t, "/hello/", x.values["ACCESS"]); got.Status != 200 {
		t.Fatalf("a token signed with the server's key is refused: %d %s", got.Status, got.Body)
	}
	opaque := attack.Request{Method: "GET", Path: "/auth-demo/whoami/", Headers: attack.Headers{{"Authorization", "Token ${OPAQUE}"}}}
	if got, err := sendTo(t, x.server, opaque, x.values); err != nil || got.Status != 200 {
		t.Fatalf("an opaque token is refused: %v %v", got, err)
	}
	preflight := attack.Request{Method: "OPTIONS", Path: "/hello/", Headers: attack.Headers{{"Origin", "${ORIGIN}"},
		{"Access-Control-Request-Method", "GET"}}}
	if got, err := sendTo(t, x.server, preflight, x.values); err != nil ||
		got.Header.Get("Access-Control-Allow-Origin") != friendlyOrigin {
		t.Fatalf("the allowed origin is refused: %v %v", got, err)
	}
}

// listen opens a port that counts its callers.
func listen(t *testing.T, calls *atomic.Int32) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			_ = conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// encrypted is a real JWE for the server's public key (RSA-OAEP, A256GCM): five segments.
func encrypted(t *testing.T) string {
	t.Helper()
	key, nonce := make([]byte, 32), make([]byte, 12)
	_, _ = rand.Read(key) // never fails
	_, _ = rand.Read(nonce)
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &harness.SigningKey(t).PublicKey, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	header := encode([]byte(`{"alg":"RSA-OAEP","enc":"A256GCM"}`))
	sealed := aead.Seal(nil, nonce, []byte(`{"token_type":"access","user_id":"1","exp":4102444800}`), []byte(header))
	text, tag := sealed[:len(sealed)-16], sealed[len(sealed)-16:]
	return strings.Join([]string{header, encode(wrapped), encode(nonce), encode(text), encode(tag)}, ".")
}

func ptr[T any](x T) *T { return &x }

// describe names a target in messages.
func describe(r *attack.Request) string { return fmt.Sprintf("%s %.80s", r.Method, r.Path) }
