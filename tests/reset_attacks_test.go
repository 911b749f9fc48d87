package tests

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchword/tests/harness"
)

// The attacks on activation and reset links that the list tells as steps; each test is named by its id.

const (
	resetConfirmPath = "/dj-rest-auth/password/reset/confirm/"
	kitPath          = "/api/v1/auth/"
	newPassword      = "quite-another-horse-8"
)

// resetServer starts a server with mike, whose password hash is returned.
func resetServer(t *testing.T) (server *harness.Server, hash string) {
	t.Helper()
	hash = harness.Argon2(ownPassword)
	return harness.Start(t, harness.Config{Database: harness.SQLite(t), Secrets: []string{newPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Hash: hash})}), hash
}

// resetToken makes a reset token for mike as Django does, that is from another time.
//
// Source: django.contrib.auth.tokens.PasswordResetTokenGenerator.
func resetToken(hash string, made time.Time) string {
	const salt = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
	seconds := int64(made.Sub(time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)) / time.Second)
	key := sha256.Sum256([]byte(salt + harness.SecretKey))
	mac := hmac.New(sha256.New, key[:])
	_, _ = fmt.Fprintf(mac, "1%s%d%s", hash, seconds, "mike@example.org") // never fails; mike has never logged in
	digest := hex.EncodeToString(mac.Sum(nil))
	half := make([]byte, 0, len(digest)/2)
	for i := 0; i < len(digest); i += 2 {
		half = append(half, digest[i])
	}
	return strconv.FormatInt(seconds, 36) + "-" + string(half)
}

// confirmReset posts a token and two passwords, expects a status, and returns the names of what is wrong.
func confirmReset(t *testing.T, server *harness.Server, token, first, second string, want int) string {
	t.Helper()
	got := server.Post(t, resetConfirmPath, map[string]string{"uid": "MQ", "token": token, "new_password1": first, "new_password2": second})
	if got.Status != want {
		t.Errorf("token %.40q: %d %s, want %d", token, got.Status, got.Body, want)
	}
	return string(got.Body)
}

// isRefused expects that a token opens nothing.
func isRefused(t *testing.T, server *harness.Server, token string) {
	t.Helper()
	if body := confirmReset(t, server, token, newPassword, newPassword, 400); !strings.Contains(body, `"token"`) {
		t.Errorf("token %.40q: %s", token, body)
	}
}

// TestAttack_flow_reset_expired is "flow-reset-expired". Instead of the clock the token's time is moved.
func TestAttack_flow_reset_expired(t *testing.T) {
	t.Parallel()
	server, hash := resetServer(t)
	now := time.Now()
	isRefused(t, server, resetToken(hash, now.Add(-time.Hour-time.Second)))
	confirmReset(t, server, resetToken(hash, now.Add(-time.Hour+time.Minute)), newPassword, newPassword, 200)
}

// TestAttack_flow_reset_future is "flow-reset-future".
func TestAttack_flow_reset_future(t *testing.T) {
	t.Parallel()
	server, hash := resetServer(t)
	good := resetToken(hash, time.Now())
	stamp, mac, _ := strings.Cut(good, "-")
	for _, bad := range []string{"zzzzzz", "zzzzzzzzzzzzz", "zzzzzzzzzzzzzz", strings.Repeat("1", 400), "-1", "", "0", "+" + stamp,
		"0" + stamp, "１" + stamp[1:], stamp + "-"} {
		isRefused(t, server, bad+"-"+mac)
	}
	confirmReset(t, server, good, newPassword, newPassword, 200)
}

// TestAttack_flow_reset_token_case is "flow-reset-token-case". White space around a field is no part of it, here as in
// the original; within it is.
func TestAttack_flow_reset_token_case(t *testing.T) {
	t.Parallel()
	server, hash := resetServer(t)
	good := resetToken(hash, time.Now())
	stamp, mac, _ := strings.Cut(good, "-")
	for _, bad := range []string{strings.ToUpper(good), stamp + "-" + strings.ToUpper(mac), strings.ToUpper(stamp) + "-" + mac,
		stamp + " -" + mac, stamp + "- " + mac, stamp + "-" + mac[:16] + "\n" + mac[16:], good[:len(good)-1], good + "0"} {
		if bad != good {
			isRefused(t, server, bad)
		}
	}
	confirmReset(t, server, good, newPassword, newPassword, 200)
}

// TestAttack_flow_reset_mismatch is "flow-reset-mismatch".
func TestAttack_flow_reset_mismatch(t *testing.T) {
	t.Parallel()
	server, hash := resetServer(t)
	good := resetToken(hash, time.Now())
	if body := confirmReset(t, server, good, newPassword, newPassword+"x", 400); !strings.Contains(body, `"new_password2"`) {
		t.Error(body)
	}
	confirmReset(t, server, good, newPassword, newPassword, 200)
	isRefused(t, server, good)
}

// kitLink is the link in a mail that activates an account.
var kitLink = regexp.MustCompile(`/auth/activation\?(ident=\d+&token=[0-9a-z]+-[0-9a-f]+)`)

// enrolled registers ann and returns what the link in the mail says.
func enrolled(t *testing.T, server *harness.Server) map[string]string {
	t.Helper()
	account := map[string]string{"username": "ann", "password": ownPassword, "email": "ann@example.org"}
	if got := server.Post(t, kitPath+"register/", account); got.Status != 201 {
		t.Fatalf("register/ = %d %s", got.Status, got.Body)
	}
	link := map[string]string{}
	for _, pair := range strings.Split(mailed(t, server, kitLink), "&") {
		name, value, _ := strings.Cut(pair, "=")
		link[name] = value
	}
	return link
}

// TestAttack_flow_activation_as_reset is "flow-activation-as-reset".
func TestAttack_flow_activation_as_reset(t *testing.T) {
	t.Parallel()
	server, _ := resetServer(t)
	link := enrolled(t, server)
	asReset := map[string]string{"ident": link["ident"], "token": link["token"], "password": newPassword}
	if got := server.Post(t, kitPath+"reset_password/", asReset); got.Status != 400 {
		t.Errorf("reset_password/ = %d %s, want 400", got.Status, got.Body)
	}
	if got := server.Post(t, kitPath+"activate_email/", link); got.Status != 200 {
		t.Errorf("activate_email/ = %d %s, want 200", got.Status, got.Body)
	}
	server.Login(t, "ann", ownPassword)
}

// TestAttack_flow_reactivate_by_activation is "flow-reactivate-by-activation". The user is disabled past this server, as a
// Django beside it may do.
func TestAttack_flow_reactivate_by_activation(t *testing.T) {
	t.Parallel()
	db := harness.SQLite(t)
	server := harness.Start(t, harness.Config{Database: db})
	link := enrolled(t, server)
	if got := server.Post(t, kitPath+"activate_email/", link); got.Status != 200 {
		t.Fatalf("activate_email/ = %d %s, want 200", got.Status, got.Body)
	}
	rows := db.Open(t)
	if _, err := rows.ExecContext(t.Context(), "UPDATE auth_user SET is_active = FALSE WHERE username = 'ann'"); err != nil {
		t.Fatal(err)
	}
	if got := server.Post(t, kitPath+"activate_email/", link); got.Status != 400 {
		t.Errorf("the old link: %d %s, want 400", got.Status, got.Body)
	}
	if got := server.Post(t, kitPath+"send_pw_reset_email/", map[string]string{"ident": "ann"}); got.Status != 200 {
		t.Errorf("send_pw_reset_email/ = %d %s, want 200", got.Status, got.Body)
	}
	if n := harness.Count(t, rows, "SELECT COUNT(*) FROM auth_user WHERE username = 'ann' AND is_active"); n != 0 {
		t.Error("the user is enabled again")
	}
}

// verifying registers ann at dj-rest-auth and returns the key that was mailed.
func verifying(t *testing.T) (db harness.Database, server *harness.Server, key string) {
	t.Helper()
	db = harness.SQLite(t)
	server = harness.Start(t, harness.Config{Database: db})
	signUp(t, server, "ann")
	return db, server, mailed(t, server, confirmationLink)
}

// TestAttack_flow_verify_old_address_by_key is "flow-verify-old-address" for the keys of django-allauth.
func TestAttack_flow_verify_old_address_by_key(t *testing.T) {
	t.Parallel()
	db, server, key := verifying(t)
	rows := db.Open(t)
	if _, err := rows.ExecContext(t.Context(), "UPDATE auth_user SET email = 'new@example.org' WHERE username = 'ann'"); err != nil {
		t.Fatal(err)
	}
	if got := server.Post(t, verifyEmailPath, map[string]string{"key": key}); got.Status >= 500 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if n := harness.Count(t, rows, "SELECT COUNT(*) FROM account_emailaddress WHERE email = 'new@example.org' AND verified"); n != 0 {
		t.Error("the new address passes for proved")
	}
}

// TestAttack_flow_verify_login_by_key is "flow-verify-login" for the keys of django-allauth.
func TestAttack_flow_verify_login_by_key(t *testing.T) {
	t.Parallel()
	db, server, key := verifying(t)
	rows := db.Open(t)
	const logins = "SELECT (SELECT COUNT(*) FROM django_session) + (SELECT COUNT(*) FROM token_blacklist_outstandingtoken)"
	before := harness.Count(t, rows, logins)
	got := send(t, server, "POST", verifyEmailPath, `{"key":"`+key+`"}`, "Content-Type", "application/json")
	if got.Status != 200 || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d %s with cookies %v", got.Status, got.Body, got.Header["Set-Cookie"])
	}
	if after := harness.Count(t, rows, logins); after != before {
		t.Error("somebody was logged in")
	}
}
