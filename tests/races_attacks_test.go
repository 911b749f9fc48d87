package tests

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"watchword/tests/harness"
)

// TestRacesOfTheEnd has the races of a login with its end, by their ids: whoever wins, nothing works afterwards.
func TestRacesOfTheEnd(t *testing.T) {
	t.Parallel()
	for id, play := range map[string]func(t *testing.T, db harness.Database){
		"race-refresh-deactivate": refreshAgainstDisabling,
		"race-logout-use":         logoutAgainstUse,
		"race-last-login-reset":   loginAgainstReset,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			harness.EachDatabase(t, play)
		})
	}
}

// refreshAgainstDisabling disables the user, past this server, while a token is refreshed.
func refreshAgainstDisabling(t *testing.T, db harness.Database) {
	server, rows := racing(t, db), db.Open(t)
	set := func(active bool) {
		t.Helper()
		if _, err := rows.ExecContext(t.Context(), fmt.Sprintf("UPDATE auth_user SET is_active = %v WHERE id = 1", active)); err != nil {
			t.Error(err)
		}
	}
	for range rounds {
		_, refresh := server.Login(t, "mike", ownPassword)
		var both sync.WaitGroup
		both.Go(func() { set(false) })
		got := race(t, server, refreshPath, map[string]string{"refresh": refresh}, 1)[0]
		both.Wait()
		if got.Status == 200 {
			refresh = got.Field(t, "refresh")
			if used := server.Get(t, "/hello/", got.Field(t, "access")); used.Status != 401 {
				t.Errorf("the access token of a disabled user: %d", used.Status)
			}
		} else if got.Status != 401 {
			t.Errorf("refresh = %d %s", got.Status, got.Body)
		}
		if again := server.Post(t, refreshPath, map[string]string{"refresh": refresh}); again.Status != 401 {
			t.Errorf("refresh of a disabled user = %d %s", again.Status, again.Body)
		}
		set(true)
	}
}

// logoutAgainstUse logs out while the token is in use: what is sent after the answer is refused.
func logoutAgainstUse(t *testing.T, db harness.Database) {
	server := racing(t, db)
	for range rounds {
		token, ok := logIn(t.Context(), t, server)
		if !ok {
			return
		}
		ask := func(method, path string) harness.Answer {
			return send(t, server, method, path, "", "Authorization", "Token "+token)
		}
		stop := make(chan struct{})
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+whoAmIPath, nil)
					if err != nil {
						t.Error(err)
						return
					}
					r.Header.Set("Authorization", "Token "+token)
					answer, err := http.DefaultTransport.RoundTrip(r)
					if err != nil {
						t.Error(err)
						return
					}
					_ = answer.Body.Close()
					if answer.StatusCode != 200 && answer.StatusCode != 401 {
						t.Errorf("in use: %d", answer.StatusCode)
						return
					}
				}
			})
		}
		if got := ask(http.MethodDelete, logoutPath); got.Status >= 300 {
			t.Errorf("logout = %d %s", got.Status, got.Body)
		}
		for range 20 {
			if got := ask(http.MethodGet, whoAmIPath); got.Status != 401 {
				t.Errorf("after the logout: %d", got.Status)
			}
		}
		close(stop)
		all.Wait()
	}
}

// loginAgainstReset logs in, which changes last_login and so ends reset links, while a link is used: where the login was
// there first the link is refused, and in any case the password is one of the two, and the link is used up.
func loginAgainstReset(t *testing.T, db harness.Database) {
	hash := harness.Argon2(ownPassword)
	settings := harness.DefaultSettings(t)
	jwt := harness.JWTSettings(t)
	jwt["UPDATE_LAST_LOGIN"] = true
	settings["SIMPLE_JWT"] = jwt
	server := harness.Start(t, harness.Config{Database: db, Settings: settings, Secrets: []string{newPassword},
		Fixtures: harness.Rows(harness.User{ID: 1, Username: "mike", Email: "mike@example.org", Hash: hash})})
	rows := db.Open(t)
	for range rounds {
		if _, err := rows.ExecContext(t.Context(), "UPDATE auth_user SET last_login = NULL, password = '"+hash+"' WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		token := resetToken(hash, time.Now())
		body := map[string]string{"uid": "MQ", "token": token, "new_password1": newPassword, "new_password2": newPassword}
		var login harness.Answer
		var both sync.WaitGroup
		both.Go(func() {
			login = race(t, server, "/api/token/", map[string]string{"username": "mike", "password": ownPassword}, 1)[0]
		})
		reset := race(t, server, resetConfirmPath, body, 1)[0]
		both.Wait()
		if !slices.Contains([]int{200, 401}, login.Status) || !slices.Contains([]int{200, 400}, reset.Status) {
			t.Fatalf("login %d %s, reset %d %s", login.Status, login.Body, reset.Status, reset.Body)
		}
		if login.Status != 200 && reset.Status != 200 {
			t.Errorf("both have lost: login %d, reset %d %s", login.Status, reset.Status, reset.Body)
		}
		isRefused(t, server, token)
		want := map[bool]string{true: newPassword, false: ownPassword}[reset.Status == 200]
		server.Login(t, "mike", want)
	}
}
