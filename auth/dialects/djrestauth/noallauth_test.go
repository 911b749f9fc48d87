package djrestauth_test

import (
	"net/http"
	"testing"

	"watchword/auth"
)

func TestLoginWithoutAllauth(t *testing.T) {
	w := newWorld(t, func(o *options) {
		o.dialect.Allauth = false
		o.core.Backends = []auth.Backend{auth.ModelBackend}
		o.core.Method, o.core.EmailVerification = auth.ByEmail, auth.VerificationMandatory
	})
	w.user("alice")
	w.user("bob")
	w.loadf(`[{"model": "auth.user", "fields": {"username": "twin", "email": "BOB@example.com", "password": "!", "is_active": true}}]`)
	for _, tt := range []struct {
		name, body string
		status     int
	}{
		{"by name", `{"username":"alice","password":"Secret-of-alice"}`, 200},
		{"by name in another case", `{"username":"ALICE","password":"Secret-of-alice"}`, 400},
		{"by address in any case", `{"email":"Alice@EXAMPLE.com","password":"Secret-of-alice"}`, 200},
		{"the address goes before the name", `{"username":"bob","email":"alice@example.com","password":"Secret-of-alice"}`, 200},
		{"a name that the address replaces", `{"username":"bob","email":"alice@example.com","password":"Secret-of-bob"}`, 400},
		{"an unknown address leaves the name", `{"username":"alice","email":"nobody@example.com","password":"Secret-of-alice"}`, 200},
		{"an address that two have", `{"email":"bob@example.com","password":"Secret-of-bob"}`, 400},
		{"neither", `{"password":"Secret-of-alice"}`, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.in(t).ask(http.MethodPost, "login/", "", tt.body)
			if got.Code != tt.status || got.Code == 400 && got.Body.String() != unable {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, tt.status)
			}
		})
	}
}
