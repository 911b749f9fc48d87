package djrestauth_test

import (
	"fmt"
	"net/http"
	"testing"

	"watchword/auth/dialects/djrestauth"
)

const (
	gone       = `{"detail":"Successfully logged out."}`
	notIn      = `{"detail":"You should be logged in to logout. Check whether the token is passed."}`
	noRefresh  = `{"detail":"Refresh token was not included in request data."}`
	noCookie   = `{"detail":"Refresh token was not included in cookie data."}`
	stillValid = `{"detail":"Neither cookies or blacklist are enabled, so the token has not been deleted server side. ` +
		`Please make sure the token is deleted client side."}`
)

func TestLogoutEndsTheOpaqueToken(t *testing.T) {
	w := newWorld(t, asIs)
	w.user("alice")
	key := w.key("alice")
	w.want(http.MethodPost, "logout/", "", `{}`, http.StatusBadRequest, notIn)
	w.want(http.MethodPost, "logout/", "Basic YWxpY2U6U2VjcmV0LW9mLWFsaWNl", `{}`, http.StatusBadRequest, notIn)
	w.want(http.MethodPost, "logout/", key, `not looked at`, http.StatusOK, gone)
	w.want(http.MethodGet, "user/", key, ``, http.StatusUnauthorized, `{"detail":"Invalid token."}`)
	w.want(http.MethodPost, "logout/", key, `{}`, http.StatusUnauthorized, `{"detail":"Invalid token."}`)
	if next := w.key("alice"); next == key {
		t.Error("the next login hands out the ended token")
	}
}

func TestLogoutByGetIsASetting(t *testing.T) {
	w := newWorld(t, asIs)
	w.user("alice")
	w.want(http.MethodGet, "logout/", w.key("alice"), ``, http.StatusMethodNotAllowed, `{"detail":"Method \"GET\" not allowed."}`)
	w.want(http.MethodHead, "logout/", w.key("alice"), ``, http.StatusMethodNotAllowed, ``)
	if got := w.rows("authtoken.token"); got != 1 {
		t.Errorf("%d tokens are left, want 1", got)
	}

	w = newWorld(t, func(o *options) { o.dialect.LogoutOnGet = true })
	w.user("alice")
	w.want(http.MethodGet, "logout/", ``, ``, http.StatusBadRequest, notIn)
	w.want(http.MethodGet, "logout/", w.key("alice"), ``, http.StatusOK, gone)
}

func TestLogoutEndsTheRefreshTokenInTheBody(t *testing.T) {
	w := newWorld(t, withJWT)
	w.user("alice")
	answer := w.logIn("alice")
	access, refresh := answer["access"], answer["refresh"]
	for _, step := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"no token", `{}`, 401, noRefresh},
		{"null is no token", `{"refresh":null}`, 401, noRefresh},
		{"blank", `{"refresh":""}`, 401, `{"detail":"Token is invalid"}`},
		{"garbage", `{"refresh":"x"}`, 401, `{"detail":"Token is invalid"}`},
		{"a number", `{"refresh":1}`, 401, `{"detail":"Token is invalid"}`},
		{"a list", `{"refresh":[]}`, 401, `{"detail":"Token is invalid"}`},
		{"an access token", fmt.Sprintf(`{"refresh":%q}`, access), 401, `{"detail":"Token has wrong type"}`},
		{"a list for a body", `[]`, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{"malformed", `{`, 400,
			`{"detail":"JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}`},
	} {
		w.want(http.MethodPost, "logout/", "", step.body, step.status, step.want)
		if got := w.ask(http.MethodPost, "logout/", "", step.body).Header().Get("WWW-Authenticate"); got != "" {
			t.Errorf("%s: challenge %q", step.name, got)
		}
	}
	if outstanding, ended := w.rows("token_blacklist.outstandingtoken"), w.rows("token_blacklist.blacklistedtoken"); outstanding != 1 || ended != 0 {
		t.Errorf("refused logouts left %d outstanding and %d ended tokens, want 1 and 0", outstanding, ended)
	}
	body := fmt.Sprintf(`{"refresh":%q}`, refresh)
	w.want(http.MethodPost, "logout/", "", body, 200, gone)
	w.want(http.MethodPost, "logout/", "", body, 401, `{"detail":"Token is blacklisted"}`)
	w.want(http.MethodPost, "token/refresh/", "", body, 401, `{"detail":"Token is blacklisted","code":"token_not_valid"}`)
	if got := w.ask(http.MethodGet, "user/", fmt.Sprint("Bearer ", access), ""); got.Code != 200 {
		t.Errorf("the access token: %d %s, want 200 until it expires", got.Code, got.Body)
	}
}

func TestLogoutWithJWTsEndsTheOpaqueTokenToo(t *testing.T) {
	w := newWorld(t, withJWT)
	alice := w.user("alice")
	w.loadf(`[{"model": "authtoken.token", "pk": "aaaaaaaa0123456789abcdef0123456789abcdef",
		"fields": {"user": %s, "created": "2024-01-02T03:04:05Z"}}]`, alice.ID)
	answer := w.logIn("alice")
	w.want(http.MethodPost, "logout/", fmt.Sprint("Bearer ", answer["access"]), fmt.Sprintf(`{"refresh":%q}`, answer["refresh"]), 200, gone)
	if got := w.rows("authtoken.token"); got != 0 {
		t.Errorf("%d opaque tokens are left", got)
	}
}

func TestLogoutLeavesOpaqueTokensAloneThatAreNotItsOwn(t *testing.T) {
	w := newWorld(t, func(o *options) {
		withJWT(o)
		o.dialect.TokenModel = djrestauth.NoToken
	})
	alice := w.user("alice")
	w.loadf(`[{"model": "authtoken.token", "pk": "aaaaaaaa0123456789abcdef0123456789abcdef",
		"fields": {"user": %s, "created": "2024-01-02T03:04:05Z"}}]`, alice.ID)
	answer := w.logIn("alice")
	w.want(http.MethodPost, "logout/", fmt.Sprint("Bearer ", answer["access"]), fmt.Sprintf(`{"refresh":%q}`, answer["refresh"]), 200, gone)
	if got := w.rows("authtoken.token"); got != 1 {
		t.Errorf("%d opaque tokens are left, want 1", got)
	}
}

func TestLogoutFindsNoCookieAsNoneIsEverSet(t *testing.T) {
	w := newWorld(t, func(o *options) { o.dialect.UseJWT, o.dialect.HTTPOnly = true, true })
	w.want(http.MethodPost, "logout/", "", `{"refresh":"not looked at"}`, 401, noCookie)
}

func TestLogoutWithoutABlacklistAdmitsThatNothingEnds(t *testing.T) {
	w := newWorld(t, func(o *options) {
		withJWT(o)
		o.dialect.TokenBlacklist = false
	})
	w.user("alice")
	body := fmt.Sprintf(`{"refresh":%q}`, w.logIn("alice")["refresh"])
	w.want(http.MethodPost, "logout/", "", body, 200, stillValid)
	w.want(http.MethodPost, "logout/", "", `{}`, 200, stillValid)
	if got := w.ask(http.MethodPost, "token/refresh/", "", body); got.Code != 200 {
		t.Errorf("the refresh token: %d %s, want 200", got.Code, got.Body)
	}
}
