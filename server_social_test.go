package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestProvidersAreConnectedAndDisconnectedByWhoHasJustProvedWhoTheyAre(t *testing.T) {
	const good, bad = `"password":"correct horse 9"`, `"password":"wrong"`
	for _, test := range []struct {
		name, settings, password string
		connected, disconnected  int    // what is answered
		said                     string // by connect
	}{
		{"a young login", "", "", 400, 404, "non_field_errors"},
		{"an old login", "ACCOUNT_REAUTHENTICATION_TIMEOUT: 0", "", 403, 403, "reauthentication_required"},
		{"an old login and the password", "ACCOUNT_REAUTHENTICATION_TIMEOUT: 0", good, 400, 404, "non_field_errors"},
		{"a wrong password", "", bad, 400, 400, "Incorrect password."},
		{"not asked", "ACCOUNT_REAUTHENTICATION_TIMEOUT: 0\nACCOUNT_REAUTHENTICATION_REQUIRED: false", bad, 400, 404, "non_field_errors"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := serveWith(t, "FEATURES: {mounts: {dj-rest-auth: /dj-rest-auth/}, social: [google]}\n"+test.settings)
			registered := h.ask(t, http.MethodPost, "/dj-rest-auth/registration/", "", `{"username":"ana","email":"ana@example.com",`+
				`"password1":"correct horse 9","password2":"correct horse 9"}`)
			var tokens struct{ Access string }
			if err := json.Unmarshal(registered.Body.Bytes(), &tokens); err != nil || tokens.Access == "" {
				t.Fatalf("registration: %d %s", registered.Code, registered.Body)
			}
			connected := h.ask(t, http.MethodPost, "/dj-rest-auth/google/connect/", tokens.Access,
				strings.Replace(`{"access_token":"x",`+test.password+`}`, ",}", "}", 1))
			if connected.Code != test.connected || !strings.Contains(connected.Body.String(), test.said) {
				t.Errorf("connect/: %d %s, want %d %s", connected.Code, connected.Body, test.connected, test.said)
			}
			disconnected := h.ask(t, http.MethodPost, "/dj-rest-auth/socialaccounts/7/disconnect/", tokens.Access, `{`+test.password+`}`)
			if disconnected.Code != test.disconnected {
				t.Errorf("disconnect/: %d %s, want %d", disconnected.Code, disconnected.Body, test.disconnected)
			}
		})
	}
}
