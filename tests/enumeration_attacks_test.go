package tests

import (
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/tests/harness"
)

// The attacks that tell who has an account: two requests, of which one is about somebody, are to be answered alike. What
// is compared is what the answers say; that the same work is done for both is tested where the work is done.

// enumerated starts a server with users of every kind, and a mail server that is down.
func enumerated(t *testing.T) *harness.Server {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["EMAIL_HOST"], settings["EMAIL_PORT"] = "127.0.0.1", closedPort(t)
	settings["LOGIN_FAILURES_PER_CLIENT"] = "1000/h"
	return harness.Start(t, harness.Config{Database: harness.SQLite(t), Settings: settings,
		Environ: []string{"WATCHWORD_EMAIL_BACKEND=smtp"},
		Fixtures: harness.Rows(
			harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Password: ownPassword},
			harness.User{ID: 2, Username: "ina", Email: "ina@example.org", Password: ownPassword, Inactive: true},
			harness.User{ID: 3, Username: "olga", Email: "olga@example.org", Hash: "md5$salt$" + strings.Repeat("0", 32)},
			harness.User{ID: 4, Username: "una", Email: "una@example.org", Hash: "!" + strings.Repeat("u", 40)},
		)})
}

// closedPort is a port at which nobody listens.
func closedPort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestAnswersDoNotTellWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	server := enumerated(t)
	login := func(name string) string { return `{"username":"` + name + `","password":"not their password"}` }
	address := func(name string) string { return `{"email":"` + name + `@example.org"}` }
	ident := func(name string) string { return `{"ident":"` + name + `"}` }
	logins := map[string]func(string) string{"/api/token/": login, "/auth/login/": login, "/dj-rest-auth/login/": login}
	resets := map[string]func(string) string{"/dj-rest-auth/password/reset/": address, "/api/v1/auth/send_pw_reset_email/": ident}
	for id, test := range map[string]struct {
		paths map[string]func(string) string
		pairs [][2]string
	}{
		"enum-login-inactive":  {logins, [][2]string{{"mike", "ina"}, {"mike", "nobody"}}},
		"enum-login-otheralgo": {logins, [][2]string{{"mike", "olga"}, {"mike", "una"}}},
		"enum-login-longname":  {logins, [][2]string{{strings.Repeat("n", 150), "n"}}},
		"enum-reset-smtp-down": {resets, [][2]string{{"mike", "nobody"}}},
		"enum-reset-inactive":  {resets, [][2]string{{"mike", "ina"}, {"mike", "una"}}},
	} {
		t.Run(id, func(t *testing.T) {
			for path, body := range test.paths {
				for _, pair := range test.pairs {
					alike(t, server, path, body(pair[0]), body(pair[1]))
				}
			}
		})
	}
	t.Run("enum-token-compare", func(t *testing.T) {
		token := server.Post(t, "/auth/login/", credentials()).Field(t, "token")
		near := token[:40] + strings.Repeat("A", len(token)-40)
		first := send(t, server, "GET", whoAmIPath, "", "Authorization", "Token "+near)
		second := send(t, server, "GET", whoAmIPath, "", "Authorization", "Token "+strings.Repeat("A", len(token)))
		if first.Status != 401 || answered(first) != answered(second) {
			t.Error(cmp.Diff(answered(first), answered(second)))
		}
	})
}

// alike expects one answer to two bodies, and that it is no fault of the server.
func alike(t *testing.T, server *harness.Server, path, first, second string) {
	t.Helper()
	a := send(t, server, "POST", path, first, "Content-Type", "application/json")
	b := send(t, server, "POST", path, second, "Content-Type", "application/json")
	if a.Status >= 500 || answered(a) != answered(b) {
		t.Errorf("%s %s and %s (%d, %d): %s", path, first, second, a.Status, b.Status, cmp.Diff(answered(a), answered(b)))
	}
}
