package tests

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// The paths at which users change their own account, and the links in the mails about that.
const (
	addressesPath     = "/dj-rest-auth/email/"
	preferAddressPath = "/dj-rest-auth/email/primary/"
	removeAddressPath = "/dj-rest-auth/email/remove/"
)

var (
	undoEmailLink = regexp.MustCompile(`(/dj-rest-auth/email/undo/[-:\w]+/)`)
	chooseLink    = regexp.MustCompile(`href="http://[^/]+(/password-reset/confirm/[^"]+)"`)
)

// TestAStolenAccountIsTakenBack lets a thief have a login of somebody, change the address to one of their own, and lose
// everything again by the link in the mail to the old address.
func TestAStolenAccountIsTakenBack(t *testing.T) {
	t.Parallel()
	db, settings := harness.SQLite(t), harness.DefaultSettings(t)
	settings["PASSWORD_HASHERS"] = []string{"md5", "argon2"}
	settings["ACCOUNT_REAUTHENTICATION_TIMEOUT"] = 0
	settings["REST_AUTH"] = map[string]any{"SESSION_LOGIN": true}
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"jwt", "session"}}
	server := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
		Fixtures: append(harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword, Email: "mike@example.com"}), map[string]any{
			"model": "account.emailaddress", "pk": 1,
			"fields": map[string]any{"user": 1, "email": "mike@example.com", "verified": true, "primary": true}})})
	access, refresh := server.Login(t, "mike", ownPassword)
	login := server.Post(t, "/dj-rest-auth/login/", credentials())
	_, cookie, _ := strings.Cut(strings.Join(login.Header["Set-Cookie"], "\n"), "sessionid=")
	cookie, _, _ = strings.Cut(cookie, ";")

	ask := func(path, body string, want int) string {
		t.Helper()
		got := send(t, server, "POST", path, body, "Content-Type", "application/json", "Authorization", "Bearer "+access)
		if got.Status != want {
			t.Fatalf("%s %s: %d %s, want %d", path, body, got.Status, got.Body, want)
		}
		return string(got.Body)
	}
	ask(addressesPath, `{"email":"thief@example.com"}`, 201)
	page := mailed(t, server, regexp.MustCompile(`(/registration/account-confirm-email/[-:\w]+/)`))
	if got := send(t, server, "POST", "/dj-rest-auth"+page+"do/", ""); got.Status != 200 {
		t.Fatalf("the thief's address: %d %s", got.Status, got.Body)
	}
	choice := `{"email":"thief@example.com"`
	if got := ask(preferAddressPath, choice+`}`, 403); !strings.Contains(got, `"reauthentication_required"`) {
		t.Errorf("without the password: %s", got)
	}
	ask(preferAddressPath, choice+`,"password":"wrong"}`, 400)
	ask(preferAddressPath, choice+`,"password":"`+ownPassword+`"}`, 200)
	ask(removeAddressPath, `{"email":"mike@example.com","password":"`+ownPassword+`"}`, 200)
	var list []map[string]any
	if err := json.Unmarshal(server.Get(t, addressesPath, access).Body, &list); err != nil || len(list) != 1 || list[0]["primary"] != true {
		t.Fatalf("addresses: %v, %v", list, err)
	}

	link := mailed(t, server, undoEmailLink)
	for range 2 { // opening it changes nothing
		if got := send(t, server, "GET", link, ""); got.Status != 200 || !strings.Contains(string(got.Body), "mike@example.com") {
			t.Fatalf("the link: %d %s", got.Status, got.Body)
		}
	}
	undone := send(t, server, "POST", link+"do/", "")
	choose := chooseLink.FindSubmatch(undone.Body)
	if undone.Status != 200 || choose == nil {
		t.Fatalf("taking it back: %d %s", undone.Status, undone.Body)
	}
	if got := send(t, server, "POST", link+"do/", ""); got.Status != 404 {
		t.Errorf("taking it back again: %d, want 404", got.Status)
	}
	for name, got := range map[string]harness.Answer{
		"access token":  server.Get(t, addressesPath, access),
		"refresh token": server.Post(t, "/api/token/refresh/", map[string]string{"refresh": refresh}),
		"password":      server.Post(t, "/api/token/", credentials()),
		"session":       send(t, server, "GET", "/dj-rest-auth/user/", "", "Cookie", "sessionid="+cookie),
	} {
		if got.Status != 401 {
			t.Errorf("the thief's %s: %d %s, want 401", name, got.Status, got.Body)
		}
	}
	form := url.Values{"new_password1": {chosenPassword}, "new_password2": {chosenPassword}}.Encode()
	if got := send(t, server, "POST", string(choose[1])+"do/", form, "Content-Type", "application/x-www-form-urlencoded"); got.Status != 200 {
		t.Fatalf("choosing a password: %d %s", got.Status, got.Body)
	}
	access, _ = server.Login(t, "mike", chosenPassword)
	if got := string(server.Get(t, addressesPath, access).Body); got != `[{"email":"mike@example.com","verified":true,"primary":true}]` {
		t.Errorf("addresses afterwards: %s", got)
	}
}

// TestAnAccountIsDeletedByItsOwnerAndKeptAfterAll exports an account, has it deleted, and keeps it by the link in the mail.
func TestAnAccountIsDeletedByItsOwnerAndKeptAfterAll(t *testing.T) {
	t.Parallel()
	db, settings := harness.SQLite(t), harness.DefaultSettings(t)
	settings["PASSWORD_HASHERS"] = []string{"md5", "argon2"}
	server := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Password: ownPassword, Email: "mike@example.com"})})
	access, _ := server.Login(t, "mike", ownPassword)
	export := server.Get(t, "/dj-rest-auth/account/export/", access)
	if export.Status != 200 || !strings.Contains(string(export.Body), `"email":"mike@example.com"`) ||
		strings.Contains(string(export.Body), "argon2") {
		t.Errorf("export: %d %s", export.Status, export.Body)
	}
	ask := func(body string) int {
		t.Helper()
		return send(t, server, "POST", "/dj-rest-auth/account/delete/", body, "Content-Type", "application/json",
			"Authorization", "Bearer "+access).Status
	}
	if got := ask(`{"password":"wrong"}`); got != 400 {
		t.Errorf("with a wrong password: %d, want 400", got)
	}
	if got := ask(`{"password":"` + ownPassword + `"}`); got != 200 {
		t.Fatalf("deleting: %d, want 200", got)
	}
	if got := server.Get(t, addressesPath, access); got.Status != 401 {
		t.Errorf("the access token afterwards: %d, want 401", got.Status)
	}
	if got := server.Post(t, "/api/token/", credentials()); got.Status != 401 {
		t.Errorf("a login: %d, want 401", got.Status)
	}
	link := mailed(t, server, regexp.MustCompile(`(/dj-rest-auth/account/delete/undo/[-:\w]+/)`))
	if got := send(t, server, "GET", link, ""); got.Status != 200 {
		t.Fatalf("the link: %d %s", got.Status, got.Body)
	}
	kept := send(t, server, "POST", link+"do/", "")
	if kept.Status != 200 || chooseLink.FindSubmatch(kept.Body) == nil {
		t.Fatalf("keeping it: %d %s", kept.Status, kept.Body)
	}
	if got := send(t, server, "POST", link+"do/", ""); got.Status != 404 {
		t.Errorf("keeping it again: %d, want 404", got.Status)
	}
	rows := db.Open(t)
	if harness.Count(t, rows, "SELECT COUNT(*) FROM auth_user WHERE is_active") != 1 ||
		harness.Count(t, rows, "SELECT COUNT(*) FROM watchword_pending_deletion") != 0 {
		t.Error("the account is not kept")
	}
	if got := harness.Count(t, rows, "SELECT COUNT(*) FROM watchword_audit WHERE event = 'deletion_requested'"); got != 1 {
		t.Errorf("%d entries of the deletion in the audit log, want 1", got)
	}
}
