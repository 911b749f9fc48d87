package tests

import (
	"net/http"
	"strings"
	"testing"

	"watchword/tests/harness"
)

// TestAIKitTellsNobodyWhoHasAnAccount has what the cases on enumeration say of its endpoints, but for their times: whoever
// asks about somebody gets the same answer, header by header, whether or not that somebody is there.
func TestAIKitTellsNobodyWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	settings := harness.DefaultSettings(t)
	settings["FEATURES"] = map[string]any{"mounts": map[string]string{"ai-kit": "/api/v1/auth/"}}
	server := harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings, Fixtures: harness.Rows(
		harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword},
		harness.User{ID: 2, Username: "ina", Email: "ina@example.org", Password: ownPassword, Inactive: true},
	)})
	const nobody, mike, ina, nobodysIdent, mikesIdent = "nobody", "mike", "ina", "1894078682", "561465857"
	for _, test := range []struct {
		name, path string
		bodies     []map[string]string // between which nobody may tell a difference
	}{
		{"enum-login-inactive", "login/", []map[string]string{
			{"ident": mike, "password": "wrong-horse-77"}, {"ident": ina, "password": "wrong-horse-77"},
			{"ident": ina, "password": ownPassword}, {"ident": nobody, "password": ownPassword}}},
		{"enum-reset-inactive", "send_pw_reset_email/", []map[string]string{
			{"ident": mike}, {"ident": ina}, {"ident": nobody}, {"ident": "mike@example.org"}, {"ident": "nobody@example.org"}}},
		{"enum-validate-ident", "validate_password/", []map[string]string{
			{"ident": mikesIdent, "password": "mike@example.org"}, {"ident": nobodysIdent, "password": "mike@example.org"},
			{"ident": "no number", "password": "mike@example.org"}}},
		{"enum-validate-similar", "validate_password/", []map[string]string{
			{"ident": mikesIdent, "password": "mike@example.org"}, {"ident": mikesIdent, "password": "horse-correct-99"}}},
		{"enum-confirm-uid", "reset_password/", []map[string]string{
			{"ident": mikesIdent, "token": "cs1w2a-0123456789abcdef0123456789abcdef", "password": "mike"},
			{"ident": nobodysIdent, "token": "cs1w2a-0123456789abcdef0123456789abcdef", "password": "mike"}}},
		{"the same of activation", "activate_email/", []map[string]string{
			{"ident": mikesIdent, "token": "cs1w2a-0123456789abcdef0123456789abcdef"},
			{"ident": nobodysIdent, "token": "cs1w2a-0123456789abcdef0123456789abcdef"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var first string
			for _, body := range test.bodies {
				v := newVisitor(server)
				v.ask(t, http.MethodGet, kitMePath, nil)
				got := answered(v.ask(t, http.MethodPost, "/api/v1/auth/"+test.path, body))
				if first == "" {
					first = got
				}
				if got != first {
					t.Errorf("%v: got\n%s\nwant\n%s", body, got, first)
				}
			}
		})
	}
}

// answered is what an answer tells: all but when it was given, and which one it is.
func answered(a harness.Answer) string {
	header := a.Header.Clone()
	for _, name := range []string{"Date", "X-Request-Id"} {
		header.Del(name)
	}
	var b strings.Builder
	_, _ = b.WriteString(http.StatusText(a.Status) + "\n")
	_ = header.Write(&b) // in the order of the names; memory cannot fail
	_, _ = b.Write(a.Body)
	return b.String()
}
