package tests

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"watchword/tests/harness"
)

// rowHits finds how often a server has found rows in memory.
var rowHits = regexp.MustCompile(`watchword_row_cache_hits_total\{kind="(?:authtoken|session|user)"\} (\d+)`)

// cachingServers are servers on one PostgreSQL that keep rows in memory.
type cachingServers struct {
	all     []*harness.Server
	metrics []string // where they tell of it
}

// login is what one way of logging in handed out: a header that proves requests.
type login struct{ name, value string }

// TestLogoutsCountAtOnceWhereverRowsAreInMemory ends logins at one server, or by a command, while two servers have them in
// memory. The server that ends one refuses it with the next request, the others within a second.
func TestLogoutsCountAtOnceWhereverRowsAreInMemory(t *testing.T) {
	t.Parallel()
	names := []string{"leaver", "changer", "disabled", "deleted"}
	s := startCaching(t, harness.Postgres(t), names...)
	here := s.all[0]

	visitors, logins := map[string]*visitor{}, map[string]map[string]login{}
	for _, name := range names {
		visitors[name], logins[name] = newVisitor(here), map[string]login{}
		access, _ := here.Login(t, name, ownPassword)
		logins[name]["jwt"] = login{"Authorization", "Bearer " + access}
		body := map[string]string{"username": name, "password": ownPassword}
		logins[name]["token"] = login{"Authorization", "Token " + here.Post(t, "/auth/login/", body).Field(t, "token")}
		visitors[name].ask(t, http.MethodPost, sessionLoginPath, body)
		logins[name]["session"] = login{"Cookie", "sessionid=" + visitors[name].jar["sessionid"]}
	}
	authorized := func(of login) []string { return []string{of.name, of.value, "Content-Type", "application/json"} }

	for _, event := range []struct {
		name, user string
		do         func() int
		want       int
		ends       []string
		elsewhere  bool // than at the first server
	}{
		{"logout of an opaque token", "leaver", func() int {
			return send(t, here, http.MethodDelete, "/auth/logout/", "", authorized(logins["leaver"]["token"])...).Status
		}, 204, []string{"token"}, false},
		{"logout of a session", "leaver", func() int {
			return visitors["leaver"].ask(t, http.MethodPost, sessionLogoutPath, nil).Status
		}, 200, []string{"session"}, false},
		{"another password", "changer", func() int {
			return send(t, here, http.MethodPost, "/dj-rest-auth/password/change/", `{"old_password":"`+ownPassword+
				`","new_password1":"`+chosenPassword+`","new_password2":"`+chosenPassword+`"}`, authorized(logins["changer"]["jwt"])...).Status
		}, 200, []string{"token", "session"}, false},
		{"disabled by a command", "disabled", func() int {
			if out, err := here.Command(t.Context(), "deactivateuser", "disabled"); err != nil {
				t.Errorf("deactivateuser: %v\n%s", err, out)
			}
			return 0
		}, 0, []string{"jwt", "token", "session"}, true},
		{"deleted", "deleted", func() int {
			return send(t, here, http.MethodPost, "/dj-rest-auth/account/delete/", `{"password":"`+ownPassword+`"}`,
				authorized(logins["deleted"]["jwt"])...).Status
		}, 200, []string{"jwt", "token", "session"}, false},
	} {
		s.heat(t, logins[event.user])
		if got := event.do(); got != event.want {
			t.Errorf("%s: %d, want %d", event.name, got, event.want)
		}
		ended := time.Now()
		for _, kind := range event.ends {
			of := logins[event.user][kind]
			delete(logins[event.user], kind)
			if !event.elsewhere && recognised(t, here, of) {
				t.Errorf("%s: the %s is good for another request at the server that has ended it", event.name, kind)
			}
			for _, server := range s.all {
				wantRefused(t, event.name+", "+kind, server, of, ended)
			}
		}
		for kind, of := range logins[event.user] {
			for _, server := range s.all {
				if !recognised(t, server, of) {
					t.Errorf("%s: the %s, which goes on, is refused", event.name, kind)
				}
			}
		}
	}
}

// startCaching starts two servers with these users.
func startCaching(t *testing.T, db harness.Database, names ...string) (s cachingServers) {
	t.Helper()
	settings := harness.DefaultSettings(t)
	settings["ROW_CACHE_AGE"] = "1s"
	settings["ACCOUNT_DELETION_GRACE_PERIOD"] = 0
	settings["REST_AUTH"] = map[string]any{"USE_JWT": false, "SESSION_LOGIN": true}
	settings["REST_FRAMEWORK"] = map[string]any{"DEFAULT_AUTHENTICATION_CLASSES": []string{"jwt", "authtoken", "session"}}
	users, hash := make([]harness.User, len(names)), harness.Argon2(ownPassword)
	for i, name := range names {
		users[i] = harness.User{ID: i + 1, Username: name, Email: name + "@example.com", Hash: hash}
	}
	var rows any = harness.Rows(users...)
	for range 2 {
		metrics := harness.FreeHost(t)
		s.metrics = append(s.metrics, "http://"+metrics+"/metrics")
		s.all = append(s.all, harness.Start(t, harness.Config{Database: db, Settings: settings, Fixtures: rows,
			Secrets: []string{ownPassword}, Environ: []string{"WATCHWORD_METRICS_LISTEN=" + metrics}}))
		rows = nil // the other finds them there
	}
	return s
}

// heat uses the logins at all servers until each is found in memory there.
func (s cachingServers) heat(t *testing.T, logins map[string]login) {
	t.Helper()
	for i, server := range s.all {
		for kind, of := range logins {
			eventually(t, kind+" is in memory", func() bool {
				before := s.hits(t, i)
				if !recognised(t, server, of) {
					t.Fatalf("the %s is refused", kind)
				}
				return s.hits(t, i) > before
			})
		}
	}
}

// hits is how often the server of that number has found rows in memory.
func (s cachingServers) hits(t *testing.T, server int) (sum int) {
	t.Helper()
	got, err := harness.Send(t.Context(), http.DefaultClient, http.MethodGet, s.metrics[server], "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range rowHits.FindAllSubmatch(got.Body, -1) {
		n, _ := strconv.Atoi(string(m[1])) // digits
		sum += n
	}
	return sum
}

// recognised reports whether a login is good at a server.
func recognised(t *testing.T, server *harness.Server, of login) bool {
	t.Helper()
	got := send(t, server, http.MethodGet, "/dj-rest-auth/user/", "", of.name, of.value)
	if got.Status != 200 && got.Status != 401 {
		t.Errorf("user/: %d %s", got.Status, got.Body)
	}
	return got.Status == 200
}

// wantRefused fails the test if a login is good for a request that is sent more than a second after it was ended.
func wantRefused(t *testing.T, what string, server *harness.Server, of login, ended time.Time) {
	t.Helper()
	for {
		sent := time.Now()
		if !recognised(t, server, of) {
			return
		}
		if sent.Sub(ended) > logoutBound {
			t.Errorf("%s: still good %v later", what, sent.Sub(ended))
			return
		}
	}
}
