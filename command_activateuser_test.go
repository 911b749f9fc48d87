package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestADisabledUserIsLoggedOutForGoodAndNeedsANewPassword(t *testing.T) {
	for name, tt := range map[string]struct {
		options []string
		again   int // the status of a login after activateuser
	}{
		"without a password": {nil, 401},
		"password kept":      {[]string{"--keep-password"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
			w.must(t, "createsuperuser", "--noinput", "--username", "alice")
			s := w.serve(t, "WATCHWORD_DEMO=true")
			opened := url.Values{"username": {"alice"}, "password": {goodPassword}}
			_, body := s.do(t, http.MethodPost, "/auth/login/", "", opened)
			token, _ := body["token"].(string)
			_, pair := s.do(t, http.MethodPost, "/api/token/", "", opened)
			refresh, _ := pair["refresh"].(string)
			whoAmI := func(want int) {
				t.Helper()
				if got := s.status(t, "/auth-demo/whoami/", "Token "+token); got != want {
					t.Errorf("the token: %d, want %d", got, want)
				}
			}
			whoAmI(200)
			w.run(t, "", append([]string{"deactivateuser", "alice"}, tt.options...)...).
				expect(t, exitOK, "User 'alice' deactivated successfully.")
			whoAmI(401)
			if status, _ := s.do(t, http.MethodPost, "/auth/login/", "", opened); status != 401 {
				t.Errorf("a login of a disabled user: %d", status)
			}
			w.run(t, "", "activateuser", "alice").expect(t, exitOK, "User 'alice' activated successfully.")
			whoAmI(401)
			if status, _ := s.do(t, http.MethodPost, "/api/token/refresh/", "", url.Values{"refresh": {refresh}}); status != 401 {
				t.Errorf("the refresh token came back: %d", status)
			}
			if status, _ := s.do(t, http.MethodPost, "/auth/login/", "", opened); status != tt.again {
				t.Errorf("a login afterwards: %d, want %d", status, tt.again)
			}
		})
	}
}

func TestEnablingAndDisablingTriesAllUsers(t *testing.T) {
	w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.must(t, "createsuperuser", "--noinput", "--username", "alice")
	w.run(t, "", "deactivateuser", "nobody", "alice").
		expect(t, exitFailed, "user 'nobody' does not exist", "User 'alice' deactivated successfully.")
	if got := w.must(t, "dumpdata", "auth.user"); !strings.Contains(got, `"is_active": false`) || !strings.Contains(got, `"password": "!`) {
		t.Error(got)
	}
	w.run(t, "", "activateuser", "alice", "nobody").
		expect(t, exitFailed, "user 'nobody' does not exist", "User 'alice' activated", "User 'alice' has no password")
	w.run(t, "", "activateuser", "alice").expect(t, exitOK, "User 'alice' is active already.")
	w.run(t, "", "activateuser").expect(t, exitUsage)
}

// status asks for path with an Authorization header and returns the status.
func (r *running) status(t *testing.T, path, authorization string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestCreateUserMakesAnOrdinaryUser(t *testing.T) {
	w := newWorkplace(t, "DJANGO_SUPERUSER_PASSWORD="+goodPassword)
	w.run(t, "", "createuser", "--noinput", "--username", "bob", "--email", "bob@Example.com").
		expect(t, exitOK, "User 'bob' created successfully.")
	got := w.must(t, "dumpdata", "auth.user")
	for _, want := range []string{`"email": "bob@example.com"`, `"is_superuser": false`, `"is_staff": false`, `"is_active": true`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	w.run(t, "", "createuser", "--noinput", "--username", "bob").expect(t, exitFailed, "that username is already taken")
	w.run(t, "ann\n\n"+goodPassword+"\n"+goodPassword+"\n", "createuser").expect(t, exitOK, "User 'ann' created successfully.")
}
