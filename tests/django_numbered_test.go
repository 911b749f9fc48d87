package tests

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"watchword/tests/harness"
)

// TestNumberedUsersOfAProjectAreSharedWithDjango is about users in a table of another name, who have numbers of either
// type, in a database that Django has made.
func TestNumberedUsersOfAProjectAreSharedWithDjango(t *testing.T) {
	t.Parallel()
	for key, test := range map[string]struct {
		field string
		id    int // of eva
	}{"integer": {"AutoField", 41}, "bigint": {"BigAutoField", 1<<40 + 1}} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			harness.EachEmptyDatabase(t, func(t *testing.T, db harness.Database) {
				d := newNumberedPeers(t, db, test.field, test.id)
				shareNumberedTokens(t, d, test.id)
				d.check(t)
				d.there.wantContent(t)
			})
		})
	}
}

const evaPassword = "eva-horse-9-battery"

// newNumberedPeers lets Django make the database, before our server takes it up.
func newNumberedPeers(t *testing.T, db harness.Database, field string, id int) dualRun {
	t.Helper()
	there := startDjango(t, db, "BRIDGE_SETTINGS=project.numbered", "BRIDGE_AUTO_FIELD="+field)
	there.ask(t, map[string]any{"op": "command", "args": []string{"migrate", "-v", "0"}})
	there.ask(t, map[string]any{"op": "create", "username": "eva", "password": evaPassword, "hasher": "pbkdf2_sha256",
		"more": map[string]any{"id": id, "email": "eva@example.org", "is_staff": true, "is_superuser": true}})
	settings := harness.DefaultSettings(t)
	settings["AUTH_USER_MODEL"], settings["AUTH_USER_TABLE"] = "people.Person", "crm_people"
	settings["PASSWORD_HASHERS"], settings["PASSWORD_PBKDF2_ITERATIONS"] = []string{"pbkdf2_sha256"}, 260000
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"session", "jwt", "token"}}
	settings["REST_AUTH"] = map[string]any{"USE_JWT": false, "TOKEN_MODEL": "rest_framework.authtoken.models.Token",
		"SESSION_LOGIN": true, "OLD_PASSWORD_FIELD_ENABLED": false}
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/", "simplejwt": "/api/token/",
		"ai-kit": "/api/v1/auth/"}}
	here := harness.Start(t, harness.Config{Database: db, Adopt: true, Settings: settings, Secrets: []string{evaPassword}})
	return dualRun{sessionPeers{here, there}, "username", "eva", evaPassword, "/admin/people/person/"}
}

// shareNumberedTokens lets each side take the tokens of the other.
func shareNumberedTokens(t *testing.T, d dualRun, id int) {
	t.Helper()
	credentials := d.credentials("eva", evaPassword)
	plain := d.here.Post(t, sessionLoginPath, credentials).Field(t, "key")
	if got := d.there.ask(t, map[string]any{"op": "plain_token", "username": "eva"}).JSON["key"]; got != plain {
		t.Errorf("the plain token is %v at Django, want ours", got)
	}
	d.there.ask(t, map[string]any{"op": "create", "username": "max", "password": evaPassword, "hasher": "pbkdf2_sha256"})
	theirs := d.there.ask(t, map[string]any{"op": "plain_token", "username": "max"}).text(t, "key")
	if got := whoIs(t, d.here, "Token "+theirs); got != "max" {
		t.Errorf("Django's plain token is %q's, want max's", got)
	}

	ours := d.here.Post(t, "/api/token/", credentials).Field(t, "access")
	if got := d.there.whoami(t, ours); got.JSON["username"] != "eva" {
		t.Errorf("our access token at Django: %d %v", got.Status, got.JSON)
	}
	access := d.there.post(t, "/token/", credentials).text(t, "access")
	for side, token := range map[string]string{"here": ours, "Django": access} {
		if got := fmt.Sprintf("%.0f", claimsOf(t, token)["user_id"]); got != strconv.Itoa(id) {
			t.Errorf("the claim user_id by %s is %s, want %d", side, got, id)
		}
	}
	user := d.here.Get(t, ownUserPath, access)
	if want := fmt.Sprintf(`{"pk":%d,"username":"eva"`, id); user.Status != 200 || len(user.Body) < len(want) || string(user.Body[:len(want)]) != want {
		t.Errorf("Django's access token here: %d %s, want %s…", user.Status, user.Body, want)
	}
	d.resetByAIKit(t)
}

// resetByAIKit takes a link whose ident is the scrambled number.
func (d dualRun) resetByAIKit(t *testing.T) {
	t.Helper()
	v := newVisitor(d.here)
	v.ask(t, http.MethodGet, kitMePath, nil)
	if got := v.ask(t, http.MethodPost, "/api/v1/auth/send_pw_reset_email/", map[string]string{"ident": "eva@example.org"}); got.Status != 200 {
		t.Fatalf("send_pw_reset_email/ = %d %s", got.Status, got.Body)
	}
	ident, token := kitLinkMailed(t, d.here, "reset-password")
	body := map[string]string{"ident": ident, "token": token, "password": evaPassword}
	if got := v.ask(t, http.MethodPost, "/api/v1/auth/reset_password/", body); got.Status != 200 {
		t.Errorf("reset_password/ = %d %s", got.Status, got.Body)
	}
}
