package tests

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// resetLink is the link in a mail about a forgotten password: uid and token.
var resetLink = regexp.MustCompile(`/password-reset/confirm/([^/\s]+/[^/\s]+)/`)

// TestResetLinksAreExchangedWithDjango lets each side take the links for forgotten passwords that the other has made,
// by Django's own rules and by django-allauth's.
func TestResetLinksAreExchangedWithDjango(t *testing.T) {
	t.Parallel()
	for rules, allauth := range map[string]bool{"django": false, "allauth": true} {
		t.Run(rules, func(t *testing.T) {
			t.Parallel()
			harness.EachDatabase(t, func(t *testing.T, db harness.Database) {
				server := withRules(t, db, allauth)
				there := startDjango(t, db)

				if got := server.Post(t, "/dj-rest-auth/password/reset/", map[string]string{"email": "mike@example.org"}); got.Status != 200 {
					t.Fatalf("password/reset/ = %d %s", got.Status, got.Body)
				}
				_, token, _ := strings.Cut(mailed(t, server, resetLink), "/")
				if got := there.ask(t, map[string]any{"op": "reset_token", "username": "mike", "token": token}); got.JSON[rules] != true {
					t.Errorf("our token at Django: %v, want %s to take it", got.JSON, rules)
				}

				theirs := there.ask(t, map[string]any{"op": "reset_link", "username": "mike"})
				body := map[string]string{"uid": theirs.text(t, "uid"), "token": theirs.text(t, "token"),
					"new_password1": chosenPassword, "new_password2": chosenPassword}
				for _, want := range []int{200, 400} { // once
					if got := server.Post(t, "/dj-rest-auth/password/reset/confirm/", body); got.Status != want {
						t.Errorf("Django's link here = %d %s, want %d", got.Status, got.Body, want)
					}
				}
				if got := there.ask(t, map[string]any{"op": "authenticate", "username": "mike", "password": chosenPassword}); !got.OK {
					t.Error("Django does not know the password that was chosen here")
				}
			})
		})
	}
}

// withRules is a server with one user whose links are django-allauth's or Django's own.
func withRules(t *testing.T, db harness.Database, allauth bool) *harness.Server {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["FEATURES"] = map[string]any{"allauth": allauth, "mounts": map[string]string{"dj-rest-auth": "/dj-rest-auth/"}}
	return harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{ownPassword, chosenPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword})})
}

// TestCSRFTokensAreExchangedWithDjango lets each side match the tokens that the other has masked.
func TestCSRFTokensAreExchangedWithDjango(t *testing.T) {
	t.Parallel()
	harness.EachDatabase(t, func(t *testing.T, db harness.Database) { exchangeCSRFTokens(t, newSessionPeers(t, db)) })
}

func exchangeCSRFTokens(t *testing.T, p sessionPeers) {
	t.Helper()
	v := newVisitor(p.here)
	ours := v.ask(t, http.MethodGet, kitMePath, nil).Field(t, "csrf")
	cookie := v.jar["csrftoken"]
	other := strings.Repeat("a", len(cookie))
	for secret, want := range map[string]bool{cookie: true, other: false} {
		if got := p.there.ask(t, map[string]any{"op": "csrf_match", "cookie": secret, "token": ours}); got.OK != want {
			t.Errorf("our token at Django with the cookie %q: %v, want %v", secret, got.OK, want)
		}
	}
	credentials := map[string]string{"ident": "boss", "password": bossPassword}
	for secret, want := range map[string]int{other: 403, cookie: 200} {
		v := newVisitor(p.here)
		v.jar["csrftoken"] = cookie
		v.token = p.there.ask(t, map[string]any{"op": "csrf_token", "cookie": secret}).text(t, "token")
		if got := v.ask(t, http.MethodPost, kitLoginPath, credentials); got.Status != want {
			t.Errorf("Django's token for the cookie %q here = %d %s, want %d", secret, got.Status, got.Body, want)
		}
	}
}
