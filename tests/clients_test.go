package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

const clientsFolder = "clients"

// node prepares a program of clients/ that is to talk to server.
func node(t *testing.T, server *harness.Server, args ...string) *exec.Cmd {
	t.Helper()
	cmd := nodeProgram(t, args...)
	cmd.Env = append(os.Environ(), "BASE_URL="+server.Observed(t), "USERNAME=mike", "PASSWORD="+ownPassword)
	return cmd
}

// nodeProgram prepares a program of clients/.
func nodeProgram(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program := harness.Program(t, "node")
	if _, err := os.Stat(filepath.Join(clientsFolder, "node_modules")); err != nil {
		harness.Missing(t, "tests/clients/node_modules (npm ci --prefix tests/clients)")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = clientsFolder
	return cmd
}

// TestRealClients runs JavaScript clients against a server for each.
func TestRealClients(t *testing.T) {
	t.Parallel()
	mike := harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})
	sessions := harness.DefaultSettings(t)
	sessions["FEATURES"] = map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/"}}
	sessions["REST_AUTH"] = map[string]any{"SESSION_LOGIN": true, "USE_JWT": false, "TOKEN_MODEL": nil}
	sessions["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session"}}
	for file, settings := range map[string]map[string]any{
		"refresh.test.mjs": nil,
		"expiry.test.mjs":  nil,
		"cookies.test.mjs": sessions,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			cfg := harness.Config{Database: harness.SQLite(t), Fixtures: mike, Secrets: []string{ownPassword}}
			if settings != nil {
				cfg.Settings = settings
			}
			cmd := node(t, harness.Start(t, cfg), "--test", "--test-reporter=spec", file)
			cmd.Env = append(cmd.Env, "EXPIRED_ACCESS="+expiredAccess(t))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// expiredAccess is an access token of the user mike whose time is over.
func expiredAccess(t *testing.T) string {
	t.Helper()
	keys, err := attack.NewKeys(harness.SigningKey(t), harness.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	recipe := attack.Mint{Header: `{"alg":"RS256","typ":"JWT"}`,
		Payload: `{"token_type":"access","exp":${NOW-60},"iat":${NOW-360},"jti":"${UUID}","user_id":"1"}`}
	recipe.Sign.Alg, recipe.Sign.Key = "RS256", ptr("server")
	token, err := keys.Forge(recipe, attack.Values{})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// verifier is a running verifier.mjs.
type verifier struct{ *harness.Companion }

// judgement is what it says of a token.
type judgement struct {
	User  string `json:"user"`
	Key   string `json:"kid"`
	Error string `json:"error"`
}

func startVerifier(t *testing.T, server *harness.Server) *verifier {
	t.Helper()
	return &verifier{harness.StartCompanion(t, node(t, server, "verifier.mjs"))}
}

func (v *verifier) judge(t *testing.T, token string) (said judgement) {
	t.Helper()
	v.Ask(t, token, &said)
	return said
}

// TestKeysRotateUnderAVerifier follows a rotation with jose: the new key is published before it signs, and the tokens of
// the old one stay good.
func TestKeysRotateUnderAVerifier(t *testing.T) {
	t.Parallel()
	settings := map[string]any{"SECRET_KEY": harness.SecretKey, "JWT_KEYS_FOLDER": "keys"}
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings,
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword})})
	elsewhere := startVerifier(t, server)

	old, _ := server.Login(t, "mike", ownPassword)
	first := elsewhere.judge(t, old)
	if first.User != "1" || first.Key == "" {
		t.Fatalf("jose says %+v of a token of the first key", first)
	}
	if out, err := server.Command(t.Context(), "keys", "rotate"); err != nil {
		t.Fatalf("keys rotate: %v\n%s", err, out)
	}
	rereadKeys(t, server, 2)
	between, _ := server.Login(t, "mike", ownPassword)
	if got := elsewhere.judge(t, between); got != first {
		t.Errorf("a token made while the new key is only published: %+v, want %+v", got, first)
	}

	letSign(t, filepath.Join(server.Dir, "keys", "000002.json"))
	server.Signal(t, syscall.SIGHUP)
	eventually(t, "the new key signs", func() bool {
		fresh, _ := server.Login(t, "mike", ownPassword)
		got := elsewhere.judge(t, fresh)
		return got.User == "1" && got.Key != first.Key
	})
	for name, token := range map[string]string{"before": old, "during": between} {
		if got := elsewhere.judge(t, token); got != first {
			t.Errorf("a token made %s the rotation: %+v, want %+v", name, got, first)
		}
		if got := server.Get(t, "/hello/", token); got.Status != 200 {
			t.Errorf("a token made %s the rotation = %d %s, want 200", name, got.Status, got.Body)
		}
	}
}

// rereadKeys makes the server read its keys, and waits until it publishes so many.
func rereadKeys(t *testing.T, server *harness.Server, count int) {
	t.Helper()
	server.Signal(t, syscall.SIGHUP)
	eventually(t, "the keys are published", func() bool {
		var set struct {
			Keys []json.RawMessage `json:"keys"`
		}
		if err := json.Unmarshal(server.Get(t, "/.well-known/jwks.json", "").Body, &set); err != nil {
			t.Fatal(err)
		}
		return len(set.Keys) == count
	})
}

// letSign makes the turn of a key file to sign come now, as waiting for it would.
func letSign(t *testing.T, path string) {
	t.Helper()
	var key map[string]any
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &key)
	}
	if err != nil {
		t.Fatal(err)
	}
	key["signs_from"] = time.Now().UTC()
	if data, err = json.Marshal(key); err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits until something is true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for start := time.Now(); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > harness.Patience {
			t.Fatalf("not after %v: %s", harness.Patience, what)
		}
	}
}
