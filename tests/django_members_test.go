package tests

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/tests/harness"
)

// memberPeers are a Django project with users of its own, whose keys are UUIDs and whom only their address names, and a
// server of ours on its database.
type memberPeers struct {
	sessionPeers
	ana string // the key of ana@example.org
}

const anaPassword = "ana-horse-9-battery"

// newMemberPeers lets Django make the database, before our server takes it up.
func newMemberPeers(t *testing.T, db harness.Database) memberPeers {
	t.Helper()
	there := startDjango(t, db, "BRIDGE_SETTINGS=project.custom")
	for _, args := range [][]string{{"migrate", "-v", "0"}, {"makemigrations", "--check", "--dry-run"}} {
		if got := there.ask(t, map[string]any{"op": "command", "args": args}); !got.OK {
			t.Fatalf("Django's %v failed", args)
		}
	}
	ana := there.ask(t, map[string]any{"op": "create", "username": "ana@example.org", "password": anaPassword,
		"hasher": "pbkdf2_sha256", "more": map[string]any{"is_staff": true, "is_superuser": true, "phone": "+49 1"}}).text(t, "id")
	here := harness.Start(t, harness.Config{Database: db, Adopt: true, Secrets: []string{anaPassword, chosenPassword}, Settings: memberSettings(t)})
	return memberPeers{sessionPeers{here, there}, ana}
}

// memberSettings are those of a server for the project.
func memberSettings(t *testing.T) map[string]any {
	t.Helper()
	jwt := harness.JWTSettings(t)
	jwt["CUSTOM_CLAIMS"] = map[string]string{"groups": "{groups}"}
	shown := []string{"id", "email", "groups", "permissions"}
	return map[string]any{
		"SECRET_KEY": harness.SecretKey, "ALLOWED_HOSTS": []string{"127.0.0.1"}, "SIMPLE_JWT": jwt,
		"AUTH_USER_MODEL": "members.Member", "AUTH_USER_DEFAULTS": map[string]string{"credit": "0"},
		"ACCOUNT_AUTHENTICATION_METHOD": "email", "ACCOUNT_EMAIL_REQUIRED": true, "ACCOUNT_USERNAME_REQUIRED": false,
		"ACCOUNT_PREVENT_ENUMERATION": false,
		"PASSWORD_HASHERS":            []string{"pbkdf2_sha256", "argon2"}, "PASSWORD_PBKDF2_ITERATIONS": 260000,
		"REST_FRAMEWORK": map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session", "jwt"}},
		"REST_AUTH": map[string]any{
			"USE_JWT": true, "SESSION_LOGIN": true, "OLD_PASSWORD_FIELD_ENABLED": false,
			"REGISTER_SERIALIZER": []string{"email", "password1", "password2", "phone", "age"},
			"USER_DETAILS_SERIALIZER": []string{"pk", "email", "display_name", "phone", "age", "newsletter", "born", "credit",
				"preferences", "invited_by", "groups", "permissions"},
		},
		"AI_KIT_AUTH": map[string]any{"USER_SERIALIZER": shown, "USERNAME_REQUIRED": true}, "USER_SERIALIZER": shown,
		"REGISTRATION_ENABLED": true, "REGISTRATION_EMAIL_CONFIRM": true, "AUTH_TOKEN_DIGESTS": []string{"sha512", "sha256"},
		"REGISTRATION_EMAIL": map[string]any{"BASE_URL": "http://127.0.0.1"},
		"FEATURES": map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/", "simplejwt": "/api/token/",
			"ai-kit": "/api/v1/auth/", "authtoken": "/auth/", "tutorial-jwt": "/jwt/"}},
	}
}

func TestAProjectsOwnUsersAreSharedWithDjango(t *testing.T) {
	t.Parallel()
	harness.EachEmptyDatabase(t, func(t *testing.T, db harness.Database) {
		p := newMemberPeers(t, db)
		p.exchangeTokens(t)
		p.exchangeSessions(t)
		p.changeDetails(t)
		p.register(t)
		p.createSuperuser(t)
		p.showMemberships(t)
		p.exchangeResetLinks(t)
		dualRun{p.sessionPeers, "email", "ana@example.org", chosenPassword, "/admin/members/member/"}.check(t)
		p.enrolByAIKit(t)
		p.registerByAuthToken(t)
		p.registerByTutorial(t)
		p.byDjangosRules(t, db, memberSettings(t))
		p.there.wantContent(t)
	})
}

// exchangeTokens lets each side take the JWTs of the other, and a refresh token end on both.
func (p memberPeers) exchangeTokens(t *testing.T) {
	t.Helper()
	credentials := map[string]string{"email": "ana@example.org", "password": anaPassword}
	got := p.here.Post(t, "/api/token/", credentials)
	if got.Status != 200 {
		t.Fatalf("a login here: %d %s", got.Status, got.Body)
	}
	if who := p.there.whoami(t, got.Field(t, "access")); who.Status != 200 || who.JSON["username"] != "ana@example.org" {
		t.Errorf("our access token at Django: %d %v", who.Status, who.JSON)
	}
	theirs := p.there.post(t, "/token/", credentials)
	if user := p.here.Get(t, ownUserPath, theirs.text(t, "access")); user.Status != 200 || user.Field(t, "pk") != p.ana {
		t.Errorf("Django's access token here: %d %s", user.Status, user.Body)
	}
	rotated := map[string]string{"refresh": got.Field(t, "refresh")}
	if next := p.here.Post(t, refreshPath, rotated); next.Status != 200 {
		t.Errorf("a refresh here: %d %s", next.Status, next.Body)
	}
	if again := p.there.post(t, "/token/refresh/", rotated); again.Status != 401 {
		t.Errorf("a token rotated here, at Django: %d %v, want 401", again.Status, again.JSON)
	}
}

// exchangeSessions logs in on each side and goes to the other.
func (p memberPeers) exchangeSessions(t *testing.T) {
	t.Helper()
	const admin = "/admin/members/member/"
	ours := newVisitor(p.here)
	if got := ours.ask(t, http.MethodPost, sessionLoginPath, map[string]string{"email": "ana@example.org", "password": anaPassword}); got.Status != 200 {
		t.Fatalf("a login here: %d %s", got.Status, got.Body)
	}
	if got := p.there.browse(t, ours, http.MethodGet, admin, nil); got.Status != 200 || got.JSON["user"] != "ana@example.org" {
		t.Errorf("our session at Django's admin: %d %v", got.Status, got.JSON)
	}
	theirs := newVisitor(p.here)
	p.there.browse(t, theirs, http.MethodPost, "/admin/login/?next="+admin, map[string]string{"username": "ana@example.org", "password": anaPassword})
	if got := theirs.ask(t, http.MethodGet, ownUserPath, nil); got.Status != 200 || got.Field(t, "pk") != p.ana {
		t.Errorf("Django's session here: %d %s", got.Status, got.Body)
	}
}

// asAna sends a request with a token of ana's.
func (p memberPeers) asAna(t *testing.T, method, path string, body any) harness.Answer {
	t.Helper()
	login := p.here.Post(t, "/api/token/", map[string]string{"email": "ana@example.org", "password": anaPassword})
	got, err := p.here.Do(t.Context(), method, path, login.Field(t, "access"), body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// changeDetails changes columns that only the database knows, and breaks their limits.
func (p memberPeers) changeDetails(t *testing.T) {
	t.Helper()
	invited := "0f3c1d7e-3b5a-4c49-9d3e-0a1b2c3d4e5f"
	want := map[string]any{"display_name": "Ana", "phone": "+49 2", "age": 30.0, "newsletter": true, "born": "1990-02-03",
		"preferences": map[string]any{"theme": []any{"dark", nil}}, "invited_by": invited}
	got := p.asAna(t, http.MethodPatch, ownUserPath, want)
	if got.Status != 200 {
		t.Fatalf("PATCH user/ = %d %s", got.Status, got.Body)
	}
	stored := p.there.ask(t, map[string]any{"op": "row", "username": "ana@example.org"}).JSON
	for name, value := range want {
		if diff := cmp.Diff(value, stored[name]); diff != "" {
			t.Errorf("Django reads %s otherwise (-want +got):\n%s", name, diff)
		}
	}
	p.there.ask(t, map[string]any{"op": "create", "username": "taken@example.org", "password": anaPassword,
		"hasher": "md5", "more": map[string]any{"phone": "+49 9"}})
	for _, c := range []struct {
		field string
		value any
		want  string
	}{
		{"display_name", strings.Repeat("x", 41), "Ensure this field has no more than 40 characters."},
		{"phone", "+49 9", "member with this phone already exists."},
		{"age", -1, "Ensure this value is greater than or equal to 0."},
		{"age", 32768, "Ensure this value is less than or equal to 32767."},
		{"age", "old", "A valid integer is required."},
		{"newsletter", "perhaps", "Must be a valid boolean."},
		{"newsletter", nil, "This field may not be null."},
		{"born", "3.2.1990", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."},
		{"credit", "x", "A valid number is required."},
		{"invited_by", "x", "Must be a valid UUID."},
	} {
		got := p.asAna(t, http.MethodPatch, ownUserPath, map[string]any{c.field: c.value})
		var faults map[string][]string
		if err := json.Unmarshal(got.Body, &faults); err != nil || got.Status != 400 || len(faults[c.field]) != 1 || faults[c.field][0] != c.want {
			t.Errorf("%s = %v: %d %s, want %q", c.field, c.value, got.Status, got.Body, c.want)
		}
	}
}

// register makes an account here, and logs in to it there.
func (p memberPeers) register(t *testing.T) {
	t.Helper()
	body := map[string]any{"email": "new@example.org", "password1": anaPassword, "password2": anaPassword, "phone": "+49 3", "age": "41"}
	for _, c := range []struct {
		phone, want string
		status      int
	}{{"+49 9", "member with this phone already exists.", 400}, {"+49 3", "access", 201}, {"+49 4", "already registered", 400}} {
		body["phone"] = c.phone
		if got := p.here.Post(t, registrationPath, body); got.Status != c.status || !strings.Contains(string(got.Body), c.want) {
			t.Errorf("registration with %s = %d %s, want %d %s", c.phone, got.Status, got.Body, c.status, c.want)
		}
	}
	if got := p.there.ask(t, map[string]any{"op": "authenticate", "username": "new@example.org", "password": anaPassword}); !got.OK {
		t.Error("Django does not know who registered here")
	}
	stored := p.there.ask(t, map[string]any{"op": "row", "username": "new@example.org"}).JSON
	if stored["phone"] != "+49 3" || stored["age"] != 41.0 || stored["is_active"] != true || stored["created_at"] == nil {
		t.Errorf("Django reads who registered here as %v", stored)
	}
}

// createSuperuser makes an administrator by our command.
func (p memberPeers) createSuperuser(t *testing.T) {
	t.Helper()
	environ := []string{"DJANGO_SUPERUSER_EMAIL=boss@example.org", "DJANGO_SUPERUSER_PASSWORD=" + anaPassword}
	out, err := p.here.Run(t.Context(), harness.Invocation{Args: []string{"createsuperuser", "--noinput", "--field", "age=32768"}, Environ: environ})
	if err == nil || !strings.Contains(out, "--field age") {
		t.Errorf("createsuperuser with an age that does not fit: %v\n%s", err, out)
	}
	out, err = p.here.Run(t.Context(), harness.Invocation{Args: []string{"createsuperuser", "--noinput", "--field", "age=50"}, Environ: environ})
	if err != nil {
		t.Fatalf("createsuperuser: %v\n%s", err, out)
	}
	if got := p.there.ask(t, map[string]any{"op": "authenticate", "username": "boss@example.org", "password": anaPassword}); !got.OK {
		t.Error("Django does not know the administrator who was made here")
	}
}

// showMemberships compares groups and permissions with Django's, in user/ and in claims.
func (p memberPeers) showMemberships(t *testing.T) {
	t.Helper()
	there := p.there.ask(t, map[string]any{"op": "permit", "username": "new@example.org", "group": "editors", "permission": "change_member"})
	login := p.here.Post(t, "/api/token/", map[string]string{"email": "new@example.org", "password": anaPassword})
	got := p.here.Get(t, ownUserPath, login.Field(t, "access"))
	var user struct {
		Groups      []any `json:"groups"`
		Permissions []any `json:"permissions"`
	}
	if err := json.Unmarshal(got.Body, &user); err != nil {
		t.Fatalf("user/ = %d %s", got.Status, got.Body)
	}
	if diff := cmp.Diff([]any{"editors"}, user.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(there.JSON["permissions"], any(user.Permissions)); diff != "" {
		t.Errorf("permissions (-Django +got):\n%s", diff)
	}
	claims := claimsOf(t, login.Field(t, "access"))
	if diff := cmp.Diff([]any{"editors"}, claims["groups"]); diff != "" {
		t.Errorf("claim (-want +got):\n%s", diff)
	}
}

// claimsOf reads a token without a look at its signature.
func claimsOf(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no token", token)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// memberLink is the link in a mail about a forgotten password: uid and token.
var memberLink = regexp.MustCompile(`/password-reset/confirm/([0-9a-f]{32}/[^/\s]+)/`)

// exchangeResetLinks lets each side take the links of the other.
func (p memberPeers) exchangeResetLinks(t *testing.T) {
	t.Helper()
	if got := p.here.Post(t, "/dj-rest-auth/password/reset/", map[string]string{"email": "ana@example.org"}); got.Status != 200 {
		t.Fatalf("password/reset/ = %d %s", got.Status, got.Body)
	}
	uid, token, _ := strings.Cut(mailed(t, p.here, memberLink), "/")
	if uid != strings.ReplaceAll(p.ana, "-", "") {
		t.Errorf("the uid of our link is %s, want that of %s", uid, p.ana)
	}
	if got := p.there.ask(t, map[string]any{"op": "reset_token", "username": "ana@example.org", "token": token}); got.JSON["allauth"] != true {
		t.Errorf("our token at Django: %v", got.JSON)
	}
	theirs := p.there.ask(t, map[string]any{"op": "reset_link", "username": "ana@example.org"})
	body := map[string]string{"uid": uid, "token": theirs.text(t, "token"), "new_password1": chosenPassword, "new_password2": chosenPassword}
	for _, want := range []int{200, 400} { // once
		if got := p.here.Post(t, resetConfirmPath, body); got.Status != want {
			t.Errorf("Django's link here = %d %s, want %d", got.Status, got.Body, want)
		}
	}
	if got := p.there.ask(t, map[string]any{"op": "authenticate", "username": "ana@example.org", "password": chosenPassword}); !got.OK {
		t.Error("Django does not know the password that was chosen here")
	}
}
