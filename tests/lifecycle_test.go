package tests

import (
	"net/http"
	"strings"
	"testing"

	"watchword/tests/attack"
	"watchword/tests/harness"
)

// The scenarios of the group token_lifecycle in testdata/attacks.jsonl are told in words. Those that concern what this
// version serves are played here; each test bears the name of its case. Where a case logs out, blacklist/ does it.
//
// Not yet: life-secretkey-fallback needs sessions.

const (
	refreshPath   = "/api/token/refresh/"
	verifyPath    = "/api/token/verify/"
	blacklistPath = "/api/token/blacklist/"
)

func TestTokenLifecycle(t *testing.T) {
	t.Parallel()
	x := newTarget(t, nil)
	scenarios := []struct {
		id   string
		play func(t *testing.T, x *target)
	}{
		{"life-refresh-after-logout", refreshAfterLogout},
		{"life-refresh-null-logout", nullLogout},
		{"life-refresh-number-logout", oddLogouts},
		{"life-logout-null-growth", logoutGrowth},
		{"life-stale-cookie-login", staleCookie},
		{"life-user-id-true", oddUserIDs},
		{"life-logout-foreign-refresh", foreignLogout},
		{"life-rotation-same-second", rotationsInOneSecond},
		{"life-verify-blacklisted", verifyBlacklisted},
		{"life-blacklist-expired", blacklistExpired},
		{"life-malleable-blacklist", otherSpellings},
		{"life-reenable", reenabledUser},
		{"life-inactive", inactiveUser},
		{"life-deleted", deletedUser},
	}
	for _, s := range scenarios {
		t.Run(s.id, func(t *testing.T) { s.play(t, x) })
	}
}

func (x *target) login(t *testing.T) (access, refresh string) {
	t.Helper()
	return x.server.Login(t, "mike", ownPassword)
}

// expect posts a token and checks the status.
func (x *target) expect(t *testing.T, path, field string, token any, want ...int) harness.Answer {
	t.Helper()
	got := x.server.Post(t, path, map[string]any{field: token})
	for _, status := range want {
		if got.Status == status {
			return got
		}
	}
	t.Errorf("POST %s = %d %s, want %v", path, got.Status, got.Body, want)
	return got
}

// forge signs a payload with the server's own key.
func (x *target) forge(t *testing.T, payload string) string {
	t.Helper()
	recipe := attack.Mint{Header: `{"alg":"RS256","typ":"JWT"}`, Payload: payload}
	recipe.Sign.Alg, recipe.Sign.Key = "RS256", ptr("server")
	token, err := x.keys.Forge(recipe, x.values)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func refreshAfterLogout(t *testing.T, x *target) {
	_, refresh := x.login(t)
	x.expect(t, blacklistPath, "refresh", refresh, 200)
	x.expect(t, refreshPath, "refresh", refresh, 401)
}

func nullLogout(t *testing.T, x *target) {
	_, refresh := x.login(t)
	before := x.probeOne(t, "db.*")
	x.expect(t, blacklistPath, "refresh", nil, 400, 401)
	if x.probeOne(t, "db.*") != before {
		t.Error("blacklisting nothing changed the database")
	}
	x.expect(t, refreshPath, "refresh", refresh, 200)
}

func oddLogouts(t *testing.T, x *target) {
	for _, body := range []any{map[string]any{"refresh": 123}, map[string]any{}, []any{}, map[string]any{"refresh": []any{}}} {
		if got := x.server.Post(t, blacklistPath, body); got.Status < 400 || got.Status > 499 {
			t.Errorf("POST blacklist %v = %d %s, want a client error", body, got.Status, got.Body)
		}
	}
}

func logoutGrowth(t *testing.T, x *target) {
	before := x.probeOne(t, "db.tokens")
	for range 500 {
		x.expect(t, blacklistPath, "refresh", nil, 400, 401, 429)
	}
	if x.probeOne(t, "db.tokens") != before {
		t.Error("requests without a token left rows")
	}
}

func staleCookie(t *testing.T, x *target) {
	r := attack.Request{Method: http.MethodPost, Path: "/api/token/", Body: `{"username":"${USER}","password":"${PASS}"}`,
		Headers: attack.Headers{{"Content-Type", "application/json"}, {"Cookie", "my-app-auth=garbage; sessionid=garbage"}}}
	if got, err := sendTo(t, x.server, r, x.values); err != nil || got.Status != 200 {
		t.Errorf("login with stale cookies = %d %s (%v), want 200", got.Status, got.Body, err)
	}
	r = attack.Request{Method: http.MethodGet, Path: "/hello/", Headers: attack.Headers{{"Cookie", "my-app-auth=garbage"}}}
	if got, err := sendTo(t, x.server, r, x.values); err != nil || got.Status != 401 {
		t.Errorf("a protected path with a stale cookie = %d %s (%v), want 401", got.Status, got.Body, err)
	}
}

func oddUserIDs(t *testing.T, x *target) {
	for _, id := range []string{"true", "1.0", "[1]", `{"pk":1}`, "1e0", `"01"`, `"+1"`, `"\u0661"`} {
		token := x.forge(t, `{"token_type":"access","exp":${NOW+3600},"iat":${NOW},"jti":"${UUID}","user_id":`+id+`}`)
		if got := x.server.Get(t, "/hello/", token); got.Status != 401 {
			t.Errorf("user_id %s: %d %s, want 401", id, got.Status, got.Body)
		}
	}
}

// foreignLogout: a refresh token is its own proof (RFC 7009): whoever holds it may end it, and nobody else's ends.
func foreignLogout(t *testing.T, x *target) {
	_, mine := x.login(t)
	_, theirs := x.server.Login(t, "vera", "another-horse-7")
	x.expect(t, blacklistPath, "refresh", theirs, 200)
	x.expect(t, refreshPath, "refresh", theirs, 401)
	x.expect(t, refreshPath, "refresh", mine, 200)
}

func rotationsInOneSecond(t *testing.T, x *target) {
	_, first := x.login(t)
	second := x.expect(t, refreshPath, "refresh", first, 200).Field(t, "refresh")
	third := x.expect(t, refreshPath, "refresh", second, 200).Field(t, "refresh")
	if first == second || second == third {
		t.Error("a rotated token is the same as before")
	}
	x.expect(t, refreshPath, "refresh", second, 401)
}

func verifyBlacklisted(t *testing.T, x *target) {
	_, refresh := x.login(t)
	x.expect(t, verifyPath, "token", refresh, 200)
	x.expect(t, blacklistPath, "refresh", refresh, 200)
	x.expect(t, verifyPath, "token", refresh, 400, 401)
}

func blacklistExpired(t *testing.T, x *target) {
	expired := x.forge(t, `{"token_type":"refresh","exp":${NOW-60},"iat":${NOW-120},"jti":"${UUID}","user_id":"1"}`)
	before := x.probeOne(t, "db.*")
	x.expect(t, blacklistPath, "refresh", expired, 401)
	if x.probeOne(t, "db.*") != before {
		t.Error("an expired token left a row")
	}
}

func otherSpellings(t *testing.T, x *target) {
	_, refresh := x.login(t)
	dot := strings.LastIndexByte(refresh, '.')
	spellings := []string{
		refresh[:dot+9] + "\n" + refresh[dot+9:], refresh + "=", attack.NonCanonical(refresh),
		strings.ToUpper(refresh[:4]) + refresh[4:], "\ufeff" + refresh,
	}
	for _, spelling := range spellings {
		x.expect(t, verifyPath, "token", spelling, 401)
	}
	x.expect(t, blacklistPath, "refresh", refresh, 200)
	// Spaces and line ends around a field are no part of it, as in every field of the protocol.
	for _, spelling := range append(spellings, refresh+"\n", " "+refresh) {
		x.expect(t, refreshPath, "refresh", spelling, 401)
	}
}

// reenabledUser logs in by JWT and by opaque token, is disabled and enabled, and logs in anew at once. The old proofs are
// void, though the password is the same.
func reenabledUser(t *testing.T, x *target) {
	access, refresh := x.server.Login(t, "twin1", ownPassword)
	opaque := x.opaqueLogin(t, "twin1")
	if got := x.whoami(t, opaque); got != http.StatusOK {
		t.Fatalf("an opaque token before it all: %d, want 200", got)
	}
	for _, command := range [][]string{{"deactivateuser", "--keep-password", "twin1"}, {"activateuser", "twin1"}} {
		if out, err := x.server.Command(t.Context(), command...); err != nil {
			t.Fatalf("%v: %v\n%s", command, err, out)
		}
	}
	x.refused(t, access, refresh)
	if got := x.whoami(t, opaque); got != http.StatusUnauthorized {
		t.Errorf("an opaque token from before: %d, want 401", got)
	}
	access, refresh = x.server.Login(t, "twin1", ownPassword)
	if got := x.server.Get(t, "/hello/", access); got.Status != http.StatusOK {
		t.Errorf("an access token from after: %d %s, want 200", got.Status, got.Body)
	}
	x.expect(t, refreshPath, "refresh", refresh, http.StatusOK)
}

// opaqueLogin returns an opaque token.
func (x *target) opaqueLogin(t *testing.T, username string) string {
	t.Helper()
	body := map[string]string{"username": username, "password": ownPassword}
	return x.server.Post(t, "/auth/login/", body).Field(t, "token")
}

// whoami is the status of a resource that opaque tokens open.
func (x *target) whoami(t *testing.T, opaque string) int {
	t.Helper()
	r := attack.Request{Method: http.MethodGet, Path: "/auth-demo/whoami/",
		Headers: attack.Headers{{"Authorization", "Token " + opaque}}}
	got, err := sendTo(t, x.server, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got.Status
}

func inactiveUser(t *testing.T, x *target) {
	access, refresh := x.server.Login(t, "twin1", ownPassword)
	x.exec(t, "UPDATE auth_user SET is_active = 0 WHERE username = 'twin1'")
	x.refused(t, access, refresh)
}

func deletedUser(t *testing.T, x *target) {
	access, refresh := x.server.Login(t, "twin2", ownPassword)
	x.exec(t, "UPDATE token_blacklist_outstandingtoken SET user_id = NULL WHERE user_id = 7")
	x.exec(t, "DELETE FROM auth_user WHERE username = 'twin2'")
	x.refused(t, access, refresh)
}

// refused makes sure that neither token of a pair works.
func (x *target) refused(t *testing.T, access, refresh string) {
	t.Helper()
	if got := x.server.Get(t, "/hello/", access); got.Status != 401 {
		t.Errorf("GET /hello/ = %d %s, want 401", got.Status, got.Body)
	}
	x.expect(t, refreshPath, "refresh", refresh, 401)
}

func (x *target) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := x.state.DB.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// TestRotatedTokenStaysDeadAfterAKill is the case life-rotation-restart.
func TestRotatedTokenStaysDeadAfterAKill(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
		server := harness.Start(t, harness.Config{Database: db, Fixtures: harness.Rows(
			harness.User{ID: 1, Username: "mike", Password: ownPassword})})
		_, first := server.Login(t, "mike", ownPassword)
		if got := server.Post(t, refreshPath, map[string]string{"refresh": first}); got.Status != 200 {
			t.Fatalf("refresh = %d %s", got.Status, got.Body)
		}
		server.Kill(t)
		server.Launch(t)
		if got := server.Post(t, refreshPath, map[string]string{"refresh": first}); got.Status != 401 {
			t.Errorf("refresh after a restart = %d %s, want 401", got.Status, got.Body)
		}
	})
}

// TestTokensEndWhenThePasswordChanges under CHECK_REVOKE_TOKEN: access tokens made before are refused from then on.
func TestTokensEndWhenThePasswordChanges(t *testing.T) {
	t.Parallel()
	const newPassword = "a-newer-horse-10"
	settings := harness.DefaultSettings(t)
	settings["SIMPLE_JWT"] = with(harness.JWTSettings(t), "CHECK_REVOKE_TOKEN", true)
	server := harness.Start(t, harness.Config{
		Database: harness.SQLite(t), Settings: settings, Secrets: []string{ownPassword, newPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword}),
	})
	before, _ := server.Login(t, "mike", ownPassword)
	if got := server.Get(t, "/hello/", before); got.Status != 200 {
		t.Fatalf("GET /hello/ = %d %s, want 200", got.Status, got.Body)
	}
	out, err := server.Run(t.Context(), harness.Invocation{
		Args: []string{"changepassword", "mike"}, Input: newPassword + "\n" + newPassword + "\n"})
	if err != nil {
		t.Fatalf("changepassword: %v\n%s", err, out)
	}
	if got := server.Get(t, "/hello/", before); got.Status != 401 {
		t.Errorf("GET /hello/ with a token from before = %d %s, want 401", got.Status, got.Body)
	}
	after, _ := server.Login(t, "mike", newPassword)
	if got := server.Get(t, "/hello/", after); got.Status != 200 {
		t.Errorf("GET /hello/ with a token from after = %d %s, want 200", got.Status, got.Body)
	}
}

// with is settings and one more.
func with(settings map[string]any, name string, value any) map[string]any {
	settings[name] = value
	return settings
}
