package djrestauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

func TestRefreshAnswersWhatTheSettingsSay(t *testing.T) {
	tests := []struct {
		name             string
		httpOnly, rotate bool
		names            []string // in order
	}{
		{"an access token", false, false, []string{"access", "access_expiration"}},
		{"both when they rotate", false, true, []string{"access", "refresh", "access_expiration", "refresh_expiration"}},
		{"the refresh token kept back", true, true, []string{"access", "access_expiration"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *options) {
				o.dialect.UseJWT, o.dialect.HTTPOnly = true, tt.httpOnly
				o.jwt.RotateRefreshTokens, o.jwt.BlacklistAfterRotation = tt.rotate, tt.rotate
			})
			w.user("alice")
			refresh := w.refreshToken("alice")
			got := w.ask(http.MethodPost, "token/refresh/", "", fmt.Sprintf(`{"refresh":%q}`, refresh))
			if names := memberNames(t, got.Body.Bytes()); got.Code != 200 || !slices.Equal(names, tt.names) {
				t.Fatalf("got %d %q, want %q", got.Code, names, tt.names)
			}
			var answer map[string]string
			must(t, json.Unmarshal(got.Body.Bytes(), &answer))
			if got, want := answer["access_expiration"], "2026-11-22T12:05:00.123456Z"; got != want {
				t.Errorf("access_expiration = %s, want %s", got, want)
			}
			if got := w.ask(http.MethodGet, "user/", "Bearer "+answer["access"], ""); got.Code != 200 {
				t.Errorf("the access token: %d %s", got.Code, got.Body)
			}
			again := w.ask(http.MethodPost, "token/refresh/", "", fmt.Sprintf(`{"refresh":%q}`, refresh))
			if want := map[bool]int{false: 200, true: 401}[tt.rotate]; again.Code != want {
				t.Errorf("once more: %d, want %d", again.Code, want)
			}
		})
	}
}

// refreshToken returns a refresh token as the scheme makes them, for modes in which no body has one.
func (w *world) refreshToken(name string) string {
	w.t.Helper()
	u, err := w.core.Authenticate(w.t.Context(), name, secretOf(name))
	must(w.t, err)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "/", nil)
	must(w.t, err)
	grant, err := w.core.Login(r, w.bearer, u)
	must(w.t, err)
	return grant.Refresh
}

func TestRefreshRefuses(t *testing.T) {
	w := newWorld(t, withJWT)
	w.user("alice")
	answer := w.logIn("alice")
	const invalid = `{"detail":"Token is invalid","code":"token_not_valid"}`
	for _, step := range []struct {
		body   string
		status int
		want   string
	}{
		{`{}`, 401, `{"detail":"No valid refresh token found.","code":"token_not_valid"}`},
		{`{"refresh":null}`, 400, `{"refresh":["This field may not be null."]}`},
		{`{"refresh":""}`, 400, `{"refresh":["This field may not be blank."]}`},
		{`{"refresh":[]}`, 400, `{"refresh":["Not a valid string."]}`},
		{`{"refresh":1}`, 401, invalid},
		{`{"refresh":"x"}`, 401, invalid},
		{fmt.Sprintf(`{"refresh":" %s "}`, answer["refresh"]), 401, invalid},
		{fmt.Sprintf(`{"refresh":%q}`, answer["access"]), 401, `{"detail":"Token has wrong type","code":"token_not_valid"}`},
	} {
		w.want(http.MethodPost, "token/refresh/", "Bearer not looked at", step.body, step.status, step.want)
		challenge := w.ask(http.MethodPost, "token/refresh/", "", step.body).Header().Get("WWW-Authenticate")
		if want := map[int]string{401: `Bearer realm="api"`}[step.status]; challenge != want {
			t.Errorf("%s: challenge %q, want %q", step.body, challenge, want)
		}
	}
}

func TestVerify(t *testing.T) {
	w := newWorld(t, withJWT)
	w.user("alice")
	answer := w.logIn("alice")
	quote := func(token any) string { return fmt.Sprintf(`{"token":%q}`, token) }
	w.want(http.MethodPost, "token/verify/", "", quote(answer["access"]), 200, `{}`)
	w.want(http.MethodPost, "token/verify/", "", quote(answer["refresh"]), 200, `{}`)
	w.want(http.MethodPost, "token/verify/", "", `{}`, 400, `{"token":["This field is required."]}`)
	w.want(http.MethodPost, "token/verify/", "", quote("x"), 401, `{"detail":"Token is invalid","code":"token_not_valid"}`)
	w.want(http.MethodPost, "logout/", "", fmt.Sprintf(`{"refresh":%q}`, answer["refresh"]), 200, gone)
	w.want(http.MethodPost, "token/verify/", "", quote(answer["refresh"]), 400, `{"non_field_errors":["Token is blacklisted"]}`)
}
