package tutorialjwt_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/tutorialjwt"
	"watchword/auth/password"
	"watchword/models"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/jwt"
)

// secret is the SECRET_KEY of the recordings.
const secret = "ref-aikit-secret-key-for-transcripts-0123456789"

// Tokens of users 2 (alice) and 4 (ina, who is disabled) that the original made.
const (
	aliceToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6MiwiZXhwIjo0MTAyNDQ0ODAwfQ." +
		"4gkhNyjhmYzIU-3fv9LJUpdsJ8AQdBU2FPj6ODkpcV0"
	inaToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6NCwiZXhwIjo0MTAyNDQ0ODAwfQ." +
		"3MWoA4pumFLBaTHjD5eEChP1_VR9RjhBMImtWtO9JRg"
)

const users = `[
{"model": "auth.user", "pk": 2, "fields": {"username": "alice", "email": "alice@example.com", "password": "%s"}},
{"model": "auth.user", "pk": 4, "fields": {"username": "ina", "email": "ina@example.com", "password": "%s",
	"is_active": false}}
]`

// newSite puts real parts together.
func newSite(t *testing.T, cfg tutorialjwt.Config) *dialects.Site {
	t.Helper()
	store := gormtest.SQLite(t)
	cheap := password.DefaultConfig()
	cheap.Hashers, cheap.PBKDF2Iterations = []string{"pbkdf2_sha256"}, 1
	passwords, err := password.NewRegistry(cheap)
	must(t, err)
	validators, err := password.NewValidators(password.DefaultValidators())
	must(t, err)
	encoded, err := passwords.Encode(t.Context(), "correct-horse-9")
	must(t, err)
	_, err = store.LoadFixtures(t.Context(), strings.NewReader(fmt.Sprintf(users, encoded, encoded)))
	must(t, err)

	core := auth.New(auth.DefaultConfig(),
		auth.Deps{Store: store, Passwords: passwords, Validators: validators, Log: slog.Default()})
	tokens, err := jwt.NewTutorial(jwt.ExactTutorialConfig(), secret, store)
	must(t, err)
	hosts := dialects.ExactConfig()
	hosts.AllowedHosts = []string{"*"}
	site := dialects.NewSite(hosts, dialects.DefaultRESTConfig(), slog.New(slog.NewTextHandler(t.Output(), nil)))
	tutorialjwt.Mount(site, "/jwt/", tutorialjwt.New(cfg, tutorialjwt.Deps{
		Accounts: core.ByExactEmail(), Tokens: tokens, Schemes: []schemes.Scheme{tokens},
	}))
	return site
}

// tokenOf returns a token for the user with that id.
func tokenOf(t *testing.T, id models.UserID) string {
	t.Helper()
	tokens, err := jwt.NewTutorial(jwt.ExactTutorialConfig(), secret, nil)
	must(t, err)
	grant, err := tokens.Issue(httptest.NewRequest("GET", "/", nil), &models.User{ID: id})
	must(t, err)
	return grant.Access
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request with a JSON body; authorization may be empty.
func ask(t *testing.T, h http.Handler, method, path, authorization, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// want compares status and body. A body "token" is one with a token in it, which is returned.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, body string) (token string) {
	t.Helper()
	got := w.Body.String()
	if body == "token" {
		rest, ok := strings.CutPrefix(got, `{"token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.`)
		if !ok || strings.Count(rest, ".") != 1 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("got %d %s %v, want a token that nobody caches", w.Code, got, w.Header())
		}
		body = got
	}
	if w.Code != status || got != body {
		t.Errorf("got  %d %s\nwant %d %s", w.Code, got, status, body)
	}
	if w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("WWW-Authenticate: %q", w.Header().Get("WWW-Authenticate"))
	}
	return strings.TrimSuffix(strings.TrimPrefix(got, `{"token":"`), `"}`)
}

func TestRegisterLoginMe(t *testing.T) {
	for name, cfg := range map[string]tutorialjwt.Config{
		"safe": tutorialjwt.DefaultConfig(), "exact": tutorialjwt.ExactConfig(),
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t, cfg)
			const account = `{"email":"Carol@EXAMPLE.com","username":"carol","password":"carol-pass-1"}`
			const me = `{"id":5,"email":"Carol@example.com","username":"carol"}`
			token := want(t, ask(t, site, "POST", "/jwt/registration/", "", account), 201, "token")
			want(t, ask(t, site, "GET", "/jwt/me/", "Bearer "+token, ""), 200, me)
			want(t, ask(t, site, "GET", "/jwt/me", "bearer "+token, ""), 200, me)
			token = want(t, ask(t, site, "POST", "/jwt/login", "",
				`{"email":"Carol@example.com","password":"carol-pass-1"}`), 200, "token")
			want(t, ask(t, site, "GET", "/jwt/me/", "Bearer "+token, ""), 200, me)
			want(t, ask(t, site, "POST", "/jwt/registration", "", account), 400,
				`{"email":["user with this email already exists."],"username":["user with this username already exists."]}`)
			want(t, ask(t, site, "POST", "/jwt/login/", "", `{"email":"Carol@EXAMPLE.com","password":"carol-pass-1"}`), 400,
				`{"non_field_errors":["A user with this email and password was not found."]}`)
		})
	}
}

func TestRegistrationFaults(t *testing.T) {
	type answer struct{ safe, exact string }
	const created = "token"
	long := strings.Repeat("x", 151)
	both := func(body string) answer { return answer{body, body} }
	tests := []struct {
		name, body string
		want       answer
	}{
		{"nothing", `{}`, both(`{"email":["This field is required."],"username":["This field is required."],` +
			`"password":["This field is required."]}`)},
		{"blank", `{"email":"","username":" ","password":""}`, both(`{"email":["This field may not be blank."],` +
			`"username":["This field may not be blank."],"password":["This field may not be blank."]}`)},
		{"null", `{"email":null,"username":null,"password":null}`, both(`{"email":["This field may not be null."],` +
			`"username":["This field may not be null."],"password":["This field may not be null."]}`)},
		{"no dictionary", `[]`, both(`{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`)},
		{"no JSON", `{`, both(`{"detail":"JSON parse error - Expecting property name enclosed in double quotes: ` +
			`line 1 column 2 (char 1)"}`)},
		{"taken beside other faults, in the order of the fields", `{"email":"nope","username":"alice","password":"short"}`,
			both(`{"email":["Enter a valid email address."],"username":["user with this username already exists."],` +
				`"password":["Ensure this field has at least 8 characters."]}`)},
		{"lengths", `{"email":"` + strings.Repeat("x", 243) + `@example.com","username":"` + strings.Repeat("x", 256) +
			`","password":"` + strings.Repeat("p", 129) + `"}`,
			both(`{"email":["Ensure this field has no more than 254 characters."],` +
				`"username":["Ensure this field has no more than 255 characters."],` +
				`"password":["Ensure this field has no more than 128 characters."]}`)},
		{"a name that the column cannot hold", `{"email":"l@example.com","username":"` + long + `","password":"long-enough-1"}`,
			both(`{"username":["Ensure this field has no more than 150 characters."]}`)},
		{"another spelling of a taken address", `{"email":"alice@Example.COM","username":"a2","password":"long-enough-1"}`,
			both(`{"email":["user with this email already exists."]}`)},

		{"any name", `{"email":"n1@example.com","username":"Ana María!","password":"long-enough-1"}`,
			answer{`{"username":["Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ ` +
				`characters."]}`, created}},
		{"a taken name in another case", `{"email":"n2@example.com","username":"ALICE","password":"long-enough-1"}`,
			answer{`{"username":["user with this username already exists."]}`, created}},
		{"somebody's address for a name", `{"email":"n3@example.com","username":"alice@example.com","password":"long-enough-1"}`,
			answer{`{"username":["Username can not be used. Please use other username."]}`, created}},
		{"a bad password", `{"email":"n4@example.com","username":"n4","password":"12345678"}`,
			answer{`{"password":["This password is too common.","This password is entirely numeric."]}`, created}},
	}
	for mode, cfg := range map[string]tutorialjwt.Config{
		"safe": tutorialjwt.DefaultConfig(), "exact": tutorialjwt.ExactConfig(),
	} {
		site := newSite(t, cfg)
		for _, test := range tests {
			t.Run(mode+"/"+test.name, func(t *testing.T) {
				body, status := map[string]string{"safe": test.want.safe, "exact": test.want.exact}[mode], 400
				if body == created {
					status = 201
				}
				want(t, ask(t, site, "POST", "/jwt/registration/", "", test.body), status, body)
			})
		}
	}
}

func TestLoginFaults(t *testing.T) {
	const notFound = `{"non_field_errors":["A user with this email and password was not found."]}`
	site := newSite(t, tutorialjwt.ExactConfig())
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"right", `{"email":"alice@example.com","password":"correct-horse-9"}`, 200, "token"},
		{"white space around", `{"email":" alice@example.com ","password":" correct-horse-9 "}`, 200, "token"},
		{"other fields are ignored", `{"email":"alice@example.com","password":"correct-horse-9","username":"ina","token":1}`,
			200, "token"},
		{"wrong password", `{"email":"alice@example.com","password":"x"}`, 400, notFound},
		{"unknown", `{"email":"nobody@example.com","password":"correct-horse-9"}`, 400, notFound},
		{"disabled", `{"email":"ina@example.com","password":"correct-horse-9"}`, 400, notFound},
		{"another case", `{"email":"ALICE@example.com","password":"correct-horse-9"}`, 400, notFound},
		{"a user name", `{"email":"alice","password":"correct-horse-9"}`, 400, `{"email":["Enter a valid email address."]}`},
		{"nothing", `{}`, 400, `{"email":["This field is required."],"password":["This field is required."]}`},
		{"a long password", `{"email":"a@example.com","password":"` + strings.Repeat("p", 129) + `"}`, 400,
			`{"password":["Ensure this field has no more than 128 characters."]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want(t, ask(t, site, "POST", "/jwt/login/", "", test.body), test.status, test.want)
		})
	}
	t.Run("safe, a password is taken to the letter", func(t *testing.T) {
		safe := newSite(t, tutorialjwt.DefaultConfig())
		const padded = `{"email":"alice@example.com","password":" correct-horse-9 "}`
		want(t, ask(t, safe, "POST", "/jwt/login/", "", padded), 400, notFound)
	})
}

func TestWhoAsks(t *testing.T) {
	const (
		login     = `{"email":"alice@example.com","password":"correct-horse-9"}`
		undecoded = `{"detail":"Invalid authentication. Could not decode token."}`
		noUser    = `{"detail":"No user matching this token was found."}`
		off       = `{"detail":"This user has been deactivated."}`
		nobody    = `{"detail":"Authentication credentials were not provided."}`
		alice     = `{"id":2,"email":"alice@example.com","username":"alice"}`
	)
	site := newSite(t, tutorialjwt.ExactConfig())
	tests := []struct {
		name, method, path, authorization, body string
		status                                  int
		want                                    string
	}{
		{"a token that Python made", "GET", "/jwt/me/", "Bearer " + aliceToken, "", 200, alice},
		{"nobody", "GET", "/jwt/me/", "", "", 403, nobody},
		{"another scheme", "GET", "/jwt/me/", "Token " + aliceToken, "", 403, nobody},
		{"garbage", "GET", "/jwt/me/", "Bearer abc", "", 403, undecoded},
		{"a bad signature", "GET", "/jwt/me/", "Bearer " + strings.TrimSuffix(aliceToken, "cV0") + "cV4", "", 403, undecoded},
		{"disabled", "GET", "/jwt/me/", "Bearer " + inaToken, "", 403, off},
		{"unknown", "GET", "/jwt/me/", "Bearer " + tokenOf(t, "99"), "", 403, noUser},
		{"even where anybody may log in, a bad token is refused", "POST", "/jwt/login/", "Bearer abc", login, 403, undecoded},
		{"and a disabled user's", "POST", "/jwt/registration/", "Bearer " + inaToken, "{}", 403, off},
		{"logging in with a token", "POST", "/jwt/login/", "Bearer " + aliceToken, login, 200, "token"},
		{"another method, as nobody", "DELETE", "/jwt/me/", "", "", 403, nobody},
		{"another method", "POST", "/jwt/me/", "Bearer " + aliceToken, "{}", 405, `{"detail":"Method \"POST\" not allowed."}`},
		{"another method at login", "GET", "/jwt/login/", "", "", 405, `{"detail":"Method \"GET\" not allowed."}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want(t, ask(t, site, test.method, test.path, test.authorization, test.body), test.status, test.want)
		})
	}
	for _, path := range []string{"/jwt/", "/jwt/nope/", "/jwt/login//"} {
		if w := ask(t, site, "GET", path, "", ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, w.Code)
		}
	}
}
