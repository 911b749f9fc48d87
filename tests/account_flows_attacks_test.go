package tests

import (
	"database/sql"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"watchword/tests/harness"
)

// The attacks on the flows of accounts that the list tells as steps; each test is named by its id.

// TestAttack_flow_authz_db_error is "flow-authz-db-error".
func TestAttack_flow_authz_db_error(t *testing.T) {
	t.Parallel()
	db := harness.Postgres(t)
	server := tokenServer(t, db, nil)
	token, _ := logIn(t.Context(), t, server)
	access, _ := server.Login(t, "mike", ownPassword)
	beside, err := sql.Open("pgx", os.Getenv("WATCHWORD_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = beside.Close() }()
	address, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(address.Path, "/")
	change := func(statement string, args ...any) {
		t.Helper()
		if _, err := beside.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	statuses := func() [2]int {
		t.Helper()
		return [2]int{
			send(t, server, "GET", whoAmIPath, "", "Authorization", "Token "+token).Status,
			send(t, server, "GET", "/hello/", "", "Authorization", "Bearer "+access).Status,
		}
	}
	change(`ALTER DATABASE "` + name + `" ALLOW_CONNECTIONS false`)
	change("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	for range 3 {
		if got := statuses(); got != [2]int{503, 503} {
			t.Errorf("without a database: %v, want 503", got)
		}
	}
	change(`ALTER DATABASE "` + name + `" ALLOW_CONNECTIONS true`)
	for deadline := time.Now().Add(harness.Patience); statuses() != [2]int{200, 200}; {
		if time.Now().After(deadline) {
			t.Fatalf("with the database again: %v, want 200", statuses())
		}
	}
}

// innards are texts that no answer may have: of Go, of SQL, of the file system.
var innards = regexp.MustCompile(`main\.|gorm|SQLSTATE|sqlite|pgx|goroutine|\.go\b|/usr/|/root/|/tmp/|/home/|panic|reflect|expected=|got=`)

// TestAttack_flow_error_detail is "flow-error-detail".
func TestAttack_flow_error_detail(t *testing.T) {
	t.Parallel()
	server := tokenServer(t, harness.SQLite(t), map[string]any{"REGISTRATION_ENABLED": true})
	bodies := []string{
		``, `{`, `[]`, `null`, `"text"`, `{"username":[]}`, `{"username":{},"password":1}`, `{"username":null,"password":null}`,
		`{"username":"a\u0000b","password":"c"}`, `{"refresh":1,"token":[]}`, `{"username":"'; DROP TABLE auth_user; --","password":"x"}`,
		`{"username":"` + strings.Repeat("x", 5000) + `","password":"long enough"}`,
	}
	paths := []string{"/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/blacklist/", "/auth/login/",
		"/auth/register/", "/auth/logout/", whoAmIPath, "/hello/", "/nowhere/", "/auth/register/confirm/x/"}
	for _, path := range paths {
		for _, method := range []string{"POST", "DELETE", "PATCH"} {
			for _, body := range bodies {
				for _, header := range []string{"Bearer x.y.z", "Token ====", "Basic !!"} {
					got := send(t, server, method, path, body, "Content-Type", "application/json", "Authorization", header)
					if hit := innards.FindString(string(got.Body)); hit != "" || got.Status >= 500 {
						t.Errorf("%s %s %.60s (%s) = %d with %q: %s", method, path, body, header, got.Status, hit, got.Body)
					}
				}
			}
		}
	}
}

// TestAttack_flow_verify_old_address is "flow-verify-old-address" for the links of authtoken.
func TestAttack_flow_verify_old_address(t *testing.T) {
	t.Parallel()
	db, server := confirmedServer(t)
	link := registered(t, server)
	rows := db.Open(t)
	if _, err := rows.ExecContext(t.Context(), "UPDATE auth_user SET email = 'new@example.com' WHERE username = 'ann'"); err != nil {
		t.Fatal(err)
	}
	if got := send(t, server, "GET", link, ""); got.Status != 400 {
		t.Errorf("the link to the old address: %d, want 400", got.Status)
	}
	if harness.Count(t, rows, "SELECT COUNT(*) FROM auth_user WHERE username = 'ann' AND is_active") != 0 {
		t.Error("the new address passes for proved")
	}
}

// TestAttack_flow_verify_login is "flow-verify-login" for the links of authtoken.
func TestAttack_flow_verify_login(t *testing.T) {
	t.Parallel()
	db, server := confirmedServer(t)
	got := send(t, server, "GET", registered(t, server), "")
	if got.Status != 302 || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("the link: %d with cookies %v", got.Status, got.Header["Set-Cookie"])
	}
	rows := db.Open(t)
	for _, table := range []string{"django_session", "rest_authtoken_authtoken", "token_blacklist_outstandingtoken"} {
		if n := harness.Count(t, rows, "SELECT COUNT(*) FROM "+table); n != 0 {
			t.Errorf("%d rows in %s: somebody was logged in", n, table)
		}
	}
}

// confirmedServer starts a server that mails links, which it writes into files.
func confirmedServer(t *testing.T) (harness.Database, *harness.Server) {
	t.Helper()
	db, settings := harness.SQLite(t), confirming(25)
	settings["REGISTRATION_VALIDATE_PASSWORDS"] = false
	return db, harness.Start(t, harness.Config{Database: db, Settings: settings})
}

// registered makes an account for ann and returns the path of the link in the mail.
func registered(t *testing.T, server *harness.Server) string {
	t.Helper()
	account := map[string]string{"username": "ann", "password": "long enough 7", "email": "old@example.com"}
	if got := server.Post(t, "/auth/register/", account); got.Status != 201 {
		t.Fatalf("register: %d %s", got.Status, got.Body)
	}
	return mailed(t, server, regexp.MustCompile(`(/auth/register/confirm/[A-Za-z0-9_-]{64}/)`))
}
