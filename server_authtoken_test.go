package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// confirming are settings under which people register and confirm, with two users and three old tokens.
const (
	confirming = "REGISTRATION_ENABLED: true\nREGISTRATION_EMAIL_CONFIRM: true\nREGISTRATION_EMAIL: {BASE_URL: https://example.com}\n" +
		"EMAIL_BACKEND: locmem\n"
	confirmingRows = `[
		{"model": "auth.user", "pk": 1, "fields": {"username": "ana", "email": "ana@example.com", "password": "!", "is_active": false}},
		{"model": "auth.user", "pk": 2, "fields": {"username": "bea", "email": "", "password": "!"}},
		{"model": "rest_authtoken.authtoken", "pk": "AQ==", "fields": {"user": 1, "created": "2020-01-01T00:00:00Z"}},
		{"model": "rest_authtoken.authtoken", "pk": "Ag==", "fields": {"user": 1}},
		{"model": "rest_authtoken.emailconfirmationtoken", "pk": "Aw==", "fields": {"user": 1, "created": "2020-01-01T00:00:00Z"}}]`
)

func TestClearExpiredAuthTokens(t *testing.T) {
	w := newWorkplace(t)
	w.must(t, "loaddata", w.write(t, "rows.json", confirmingRows))
	const cleared = "Successfully cleared %d auth tokens\nSuccessfully cleared %d email confirmation tokens\n"
	if got, want := w.must(t, "clearexpiredauthtokens"), strings.NewReplacer("%d", "1").Replace(cleared); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.must(t, "clearexpiredauthtokens"), strings.NewReplacer("%d", "0").Replace(cleared); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.must(t, "dumpdata", "rest_authtoken"); !strings.Contains(got, `"pk": "Ag=="`) || strings.Contains(got, "AQ==") {
		t.Errorf("what is left: %s", got)
	}
}

func TestSendConfirmation(t *testing.T) {
	w := newWorkplace(t)
	w.must(t, "loaddata", w.write(t, "rows.json", confirmingRows))
	w.run(t, "", "sendconfirmation", "ana").expect(t, exitUsage, "REGISTRATION_EMAIL_CONFIRM is false")
	file := w.write(t, "settings.yaml", confirming)
	send := func(args ...string) result {
		return w.run(t, "", append([]string{"sendconfirmation", "--settings", file}, args...)...)
	}
	send().expect(t, exitUsage, "name users, or give --unverified")
	send("ana", "--unverified").expect(t, exitUsage, "name users, or give --unverified")
	send("ana").expect(t, exitOK, "A confirmation mail to user 'ana' is waiting to be sent.")
	send("nobody", "bea", "ana").expect(t, exitFailed, "user 'nobody' does not exist", "user 'bea' has no e-mail address",
		"A confirmation mail to user 'ana'")
	send("--unverified").expect(t, exitOK, "A confirmation mail to user 'ana'")
	if got := strings.Count(w.must(t, "dumpdata", "rest_authtoken.emailconfirmationtoken"), `"pk"`); got != 4 {
		t.Errorf("%d tokens, want the old one and three", got)
	}
}

// TestTheOpaqueTokensAreServedByDefault logs in, asks and logs out through everything that the program puts together.
func TestTheOpaqueTokensAreServedByDefault(t *testing.T) {
	w := newWorkplace(t)
	s := w.serve(t, "WATCHWORD_REGISTRATION_ENABLED=true", "WATCHWORD_DEMO=true")
	account := url.Values{"username": {"ana"}, "password": {goodPassword}}
	if status, body := s.do(t, http.MethodPost, "/auth/register/", "", account); status != 201 || body["success"] != true {
		t.Fatalf("register = %d %v", status, body)
	}
	status, body := s.do(t, http.MethodPost, "/auth/login/", "", account)
	token, _ := body["token"].(string)
	if status != 200 || len(token) != 64 {
		t.Fatalf("login = %d %v", status, body)
	}
	for _, step := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/auth-demo/whoami/", 200}, {http.MethodDelete, "/auth/logout/", 204}, {http.MethodGet, "/auth-demo/whoami/", 401},
	} {
		request, err := http.NewRequestWithContext(t.Context(), step.method, s.url+step.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Token "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != step.want || step.want == 401 && response.Header.Get("WWW-Authenticate") != "Token" {
			t.Errorf("%s %s = %d %v, want %d", step.method, step.path, response.StatusCode, response.Header, step.want)
		}
	}
}

func TestSafeDefaultsAreNotTheOriginals(t *testing.T) {
	safe, exact := DefaultSettings(Safe), DefaultSettings(Exact)
	for name, differs := range map[string]bool{
		"LimitPerUser":      safe.Tokens.LimitPerUser > 0 && exact.Tokens.LimitPerUser == 0,
		"Digests":           len(safe.Tokens.Digests) == 1 && len(exact.Tokens.Digests) == 2,
		"DistinctUsernames": safe.Registration.DistinctUsernames && !exact.Registration.DistinctUsernames,
		"ValidatePasswords": safe.Registration.ValidatePasswords && !exact.Registration.ValidatePasswords,
		"password spaces":   safe.AuthToken.KeepPasswordSpaces && !exact.AuthToken.KeepPasswordSpaces,
	} {
		if !differs {
			t.Errorf("%s does not differ", name)
		}
	}
}

func TestConfirmationsFollowOtherSettings(t *testing.T) {
	s := DefaultSettings(Exact)
	s.Features.Mounts = mounts{mountAuthToken: {"/a/", "/b/"}}
	if cfg := s.confirmation(); cfg.Path != "/a/register/confirm/" || len(cfg.Digests) != 2 {
		t.Errorf("got %+v", cfg)
	}
}
