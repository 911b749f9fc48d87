package djrestauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/dialects/djrestauth"
)

const unable = `{"non_field_errors":["Unable to log in with provided credentials."]}`

func TestLoginRefuses(t *testing.T) {
	type refusal struct{ name, body, want string }
	tests := []struct {
		method   auth.Method
		refusals []refusal
	}{
		{auth.ByUsername, []refusal{
			{"nothing", `{}`, `{"password":["This field is required."]}`},
			{"no name", `{"password":"x"}`, `{"non_field_errors":["Must include \"username\" and \"password\"."]}`},
			{"a blank name", `{"username":" ","password":"x"}`, `{"non_field_errors":["Must include \"username\" and \"password\"."]}`},
			{"an address instead", `{"email":"alice@example.com","password":"Secret-of-alice"}`,
				`{"non_field_errors":["Must include \"username\" and \"password\"."]}`},
			{"a blank password", `{"username":"alice","password":"  "}`, `{"password":["This field may not be blank."]}`},
			{"null", `{"username":null,"password":null}`,
				`{"username":["This field may not be null."],"password":["This field may not be null."]}`},
			{"a bad address, though it is not looked at", `{"username":"alice","email":"x","password":"Secret-of-alice"}`,
				`{"email":["Enter a valid email address."]}`},
			{"a wrong password", `{"username":"alice","password":"x"}`, unable},
			{"an unknown name", `{"username":"nobody","password":"x"}`, unable},
			{"a disabled account", `{"username":"disabled","password":"x"}`, unable},
			{"an address for a name", `{"username":"alice@example.com","password":"Secret-of-alice"}`, unable},
			{"a password beyond all bounds", `{"username":"alice","password":"` + strings.Repeat("p", 5000) + `"}`, unable},
		}},
		{auth.ByEmail, []refusal{
			{"a name instead", `{"username":"alice","password":"Secret-of-alice"}`,
				`{"non_field_errors":["Must include \"email\" and \"password\"."]}`},
			{"a wrong password", `{"email":"alice@example.com","password":"x"}`, unable},
			{"an unknown address", `{"email":"nobody@example.com","password":"x"}`, unable},
		}},
		{auth.ByUsernameOrEmail, []refusal{
			{"neither", `{"password":"x"}`,
				`{"non_field_errors":["Must include either \"username\" or \"email\" and \"password\"."]}`},
			{"an unknown address beside a good name",
				`{"username":"alice","email":"nobody@example.com","password":"Secret-of-alice"}`, unable},
		}},
	}
	for _, tt := range tests {
		t.Run(string(tt.method), func(t *testing.T) {
			w := newWorld(t, func(o *options) { o.core.Method = tt.method })
			w.user("alice")
			w.loadf(`[{"model": "auth.user", "fields": {"username": "disabled", "password": "!", "is_active": false,
				"date_joined": "2024-01-02T03:04:05Z"}}]`)
			for _, r := range tt.refusals {
				t.Run(r.name, func(t *testing.T) {
					w.in(t).want(http.MethodPost, "login/", "", r.body, http.StatusBadRequest, r.want)
				})
			}
			if got := w.rows("authtoken.token"); got != 0 {
				t.Errorf("%d tokens were made", got)
			}
		})
	}
}

func TestLoginTakesWhatTheMethodSays(t *testing.T) {
	for method, bodies := range map[auth.Method][]string{
		auth.ByUsername: {
			`{"username":"alice","password":"Secret-of-alice"}`, `{"username":"ALICE","password":"Secret-of-alice"}`,
			`{"username":" alice ","password":" Secret-of-alice "}`,
			`{"username":"alice","email":"nobody@example.com","password":"Secret-of-alice"}`,
		},
		auth.ByEmail: {
			`{"email":"alice@example.com","password":"Secret-of-alice"}`,
			`{"username":"nobody","email":"Alice@EXAMPLE.com","password":"Secret-of-alice"}`,
		},
		auth.ByUsernameOrEmail: {
			`{"email":"alice@example.com","password":"Secret-of-alice"}`, `{"username":"alice","password":"Secret-of-alice"}`,
			`{"username":"alice@example.com","password":"Secret-of-alice"}`,
		},
	} {
		w := newWorld(t, func(o *options) { o.core.Method = method })
		w.user("alice")
		for _, body := range bodies {
			if got := w.ask(http.MethodPost, "login/", "", body); got.Code != http.StatusOK {
				t.Errorf("%s %s: %d %s", method, body, got.Code, got.Body)
			}
		}
	}
}

func TestPasswordsToTheLetterKeepTheirSpaces(t *testing.T) {
	w := newWorld(t, func(o *options) { o.dialect.KeepPasswordSpaces = true })
	w.user("alice")
	w.want(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice "}`, http.StatusBadRequest, unable)
	w.want(http.MethodPost, "password/change/", w.key("alice"), `{"new_password1":" Next-one ","new_password2":"Next-one"}`,
		http.StatusBadRequest, `{"new_password2":["The two password fields didn’t match."]}`)
}

func TestLoginWaitsForTheAddressWhereVerificationIsMandatory(t *testing.T) {
	w := newWorld(t, func(o *options) { o.core.EmailVerification = auth.VerificationMandatory })
	alice := w.user("alice")
	body := `{"username":"alice","password":"Secret-of-alice"}`
	unverified := `{"non_field_errors":["E-mail is not verified."]}`
	w.want(http.MethodPost, "login/", "", body, http.StatusBadRequest, unverified)
	w.loadf(`[{"model": "account.emailaddress", "pk": 1, "fields": {"user": %s, "email": "alice@example.com",
		"verified": false, "primary": true}}]`, alice.ID)
	w.want(http.MethodPost, "login/", "", body, http.StatusBadRequest, unverified)
	w.want(http.MethodPost, "login/", "", `{"username":"alice","password":"x"}`, http.StatusBadRequest, unable)
	w.loadf(`[{"model": "account.emailaddress", "pk": 1, "fields": {"user": %s, "email": "alice@example.com",
		"verified": true, "primary": true}}]`, alice.ID)
	w.logIn("alice")
}

func TestLoginHandsOutTheSameKeyEveryTime(t *testing.T) {
	w := newWorld(t, asIs)
	w.user("alice")
	first := w.key("alice")
	if !regexp.MustCompile(`^Token [0-9a-f]{40}$`).MatchString(first) {
		t.Errorf("got %q", first)
	}
	if second := w.key("alice"); second != first {
		t.Errorf("got %q, then %q", first, second)
	}
	w.want(http.MethodGet, "user/", first, "", http.StatusOK,
		`{"pk":1,"username":"alice","email":"alice@example.com","first_name":"","last_name":""}`)
}

func TestLoginWithNothingToHandOutHasNoBody(t *testing.T) {
	w := newWorld(t, func(o *options) { o.dialect.TokenModel = djrestauth.NoToken })
	w.user("alice")
	w.want(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`, http.StatusNoContent, "")
}

func TestLoginHandsOutAPairOfJWTs(t *testing.T) {
	access, refresh := now.Add(5*time.Minute), now.Add(24*time.Hour)
	const layout = "2006-01-02T15:04:05.000000Z"
	tests := []struct {
		name              string
		httpOnly, expires bool
		names             []string // in order
	}{
		{"in the body", false, false, []string{"access", "refresh", "user"}},
		{"the refresh token kept back", true, false, []string{"access", "refresh", "user"}},
		{"with their ends", false, true, []string{"access", "refresh", "user", "access_expiration", "refresh_expiration"}},
		{"kept back, with their ends", true, true,
			[]string{"access", "refresh", "user", "access_expiration", "refresh_expiration"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(o *options) {
				o.dialect.UseJWT, o.dialect.HTTPOnly, o.dialect.ReturnExpiration = true, tt.httpOnly, tt.expires
			})
			w.user("alice")
			got := w.ask(http.MethodPost, "login/", "", `{"username":"alice","password":"Secret-of-alice"}`)
			if names := memberNames(t, got.Body.Bytes()); !slices.Equal(names, tt.names) {
				t.Errorf("members: got %q, want %q", names, tt.names)
			}
			answer := w.logIn("alice")
			if refresh := answer["refresh"]; (refresh == "") != tt.httpOnly {
				t.Errorf("refresh = %q", refresh)
			}
			want := map[string]any{"pk": 1.0, "username": "alice", "email": "alice@example.com", "first_name": "", "last_name": ""}
			if diff := cmp.Diff(want, answer["user"]); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			if tt.expires && (answer["access_expiration"] != access.Format(layout) ||
				answer["refresh_expiration"] != refresh.Format(layout)) {
				t.Errorf("ends: %v, %v", answer["access_expiration"], answer["refresh_expiration"])
			}
			if got := got.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control = %q", got)
			}
			w.want(http.MethodGet, "user/", fmt.Sprint("Bearer ", answer["access"]), "", http.StatusOK,
				`{"pk":1,"username":"alice","email":"alice@example.com","first_name":"","last_name":""}`)
			if got := w.rows("authtoken.token"); got != 0 {
				t.Errorf("%d opaque tokens were made", got)
			}
		})
	}
}

// memberNames returns the names of an object's members in order.
func memberNames(t *testing.T, object []byte) []string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(object)))
	var names []string
	_, err := decoder.Token()
	for ; err == nil && decoder.More(); err = decoder.Decode(new(json.RawMessage)) {
		name, nameErr := decoder.Token()
		must(t, nameErr)
		names = append(names, fmt.Sprint(name))
	}
	must(t, err)
	return names
}

func TestABadCredentialIsRefusedAtLoginToo(t *testing.T) {
	w := newWorld(t, asIs)
	w.want(http.MethodPost, "login/", "Token x", `{}`, http.StatusUnauthorized, `{"detail":"Invalid token."}`)
}
