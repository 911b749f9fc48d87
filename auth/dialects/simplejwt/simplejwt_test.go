package simplejwt

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
)

// fakeAccounts knows one password; the password "busy" finds the gate closed.
type fakeAccounts struct{}

type busyError struct{}

func (busyError) Error() string             { return "busy" }
func (busyError) RetryAfter() time.Duration { return time.Second }

func (fakeAccounts) Authenticate(_ context.Context, username, password string) (*models.User, error) {
	switch {
	case password == "busy":
		return nil, busyError{}
	case username == "alice" && password == "secret":
		return &models.User{ID: "1", Username: username}, nil
	}
	return nil, auth.ErrInvalidCredentials
}

func (fakeAccounts) Login(r *http.Request, s schemes.Scheme, u *models.User) (schemes.Grant, error) {
	return s.Issue(r, u)
}

// fakeTokens takes "good", and refuses every other token with failure.
type fakeTokens struct {
	failure error
	rotated string
}

func (f *fakeTokens) Name() string      { return "jwt" }
func (f *fakeTokens) Challenge() string { return `Bearer realm="api"` }

func (f *fakeTokens) Authenticate(*http.Request) (schemes.Identity, error) {
	return schemes.Identity{}, errors.New("nobody asks for an identity here")
}

func (f *fakeTokens) Issue(_ *http.Request, u *models.User) (schemes.Grant, error) {
	return schemes.Grant{Access: "access-" + u.Username, Refresh: "refresh-" + u.Username}, nil
}

func (f *fakeTokens) Revoke(*http.Request, schemes.Identity) (schemes.Grant, error) {
	return schemes.Grant{}, nil
}

func (f *fakeTokens) Refresh(_ context.Context, token string) (schemes.Grant, error) {
	if token != "good" {
		return schemes.Grant{}, f.failure
	}
	return schemes.Grant{Access: "next", Refresh: f.rotated}, nil
}

func (f *fakeTokens) Blacklist(ctx context.Context, token string) error { return f.Verify(ctx, token) }

func (f *fakeTokens) Verify(_ context.Context, token string) error {
	if token != "good" {
		return f.failure
	}
	return nil
}

func newSite(cfg Config, tokens *fakeTokens) *dialects.Site {
	site := dialects.NewSite(dialects.Config{AllowedHosts: []string{"*"}, AppendSlash: true, MaxBody: 1 << 20},
		dialects.DefaultRESTConfig(), slog.New(slog.DiscardHandler))
	Mount(site, "/api/token/", New(cfg, Deps{Accounts: fakeAccounts{}, Tokens: tokens, Sliding: tokens}))
	return site
}

func withSliding() Config {
	cfg := DefaultConfig()
	cfg.Endpoints = append(cfg.Endpoints, ObtainSliding, RefreshSliding)
	return cfg
}

func ask(site http.Handler, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer bad") // must not matter
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w
}

const challenge = `Bearer realm="api"`

func check(t *testing.T, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("got %d %s\nwant %d %s", w.Code, w.Body, status, body)
	}
	want := ""
	if status == http.StatusUnauthorized {
		want = challenge
	}
	if got := w.Header().Get("WWW-Authenticate"); got != want {
		t.Errorf("challenge: got %q, want %q", got, want)
	}
}

func TestObtain(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		want       string
	}{
		{"right", `{"username":"alice","password":"secret"}`, 200, `{"refresh":"refresh-alice","access":"access-alice"}`},
		{"wrong", `{"username":"alice","password":"x"}`, 401,
			`{"detail":"No active account found with the given credentials"}`},
		{"passwords are taken to the letter", `{"username":" alice ","password":" secret"}`, 401,
			`{"detail":"No active account found with the given credentials"}`},
		{"busy", `{"username":"alice","password":"busy"}`, 503,
			`{"detail":"Service temporarily unavailable, try again later."}`},
		{"nothing", `{}`, 400, `{"username":["This field is required."],"password":["This field is required."]}`},
		{"blank", `{"username":"","password":""}`, 400,
			`{"username":["This field may not be blank."],"password":["This field may not be blank."]}`},
		{"not JSON", `{`, 400,
			`{"detail":"JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}`},
	}
	site := newSite(DefaultConfig(), &fakeTokens{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(site, "POST", "/api/token/", tt.body)
			check(t, w, tt.status, tt.want)
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control: got %q", got)
			}
			if got := w.Header().Get("Vary"); got != "Accept" {
				t.Errorf("Vary: got %q", got)
			}
		})
	}
}

func TestObtainUnderExactConfigStripsThePassword(t *testing.T) {
	w := ask(newSite(ExactConfig(), &fakeTokens{}), "POST", "/api/token/", `{"username":"alice","password":" secret "}`)
	check(t, w, 200, `{"refresh":"refresh-alice","access":"access-alice"}`)
}

func TestObtainUsesTheNameOfTheUsernameField(t *testing.T) {
	cfg := DefaultConfig()
	cfg.UsernameField = "email_address"
	site := newSite(cfg, &fakeTokens{})
	check(t, ask(site, "POST", "/api/token/", `{"password":"secret"}`), 400,
		`{"email_address":["This field is required."]}`)
	check(t, ask(site, "POST", "/api/token/", `{"email_address":"alice","password":"secret"}`), 200,
		`{"refresh":"refresh-alice","access":"access-alice"}`)
	if got := ask(site, "OPTIONS", "/api/token/", "").Body.String(); !strings.Contains(got, `"label":"Email address"`) {
		t.Errorf("metadata: got %s", got)
	}
}

func TestTokens(t *testing.T) {
	tests := []struct {
		path, body string
		status     int
		want       string
	}{
		{"refresh/", `{"refresh":" good "}`, 200, `{"access":"next"}`},
		{"refresh/", `{}`, 400, `{"refresh":["This field is required."]}`},
		{"refresh/", `{"refresh":"bad"}`, 401, `{"detail":"Token is expired","code":"token_not_valid"}`},
		{"verify/", `{"token":"good"}`, 200, `{}`},
		{"verify/", `{"token":null}`, 400, `{"token":["This field may not be null."]}`},
		{"verify/", `{"token":"bad"}`, 401, `{"detail":"Token is expired","code":"token_not_valid"}`},
		{"verify/", `[]`, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{"blacklist/", `{"refresh":"good"}`, 200, `{}`},
		{"blacklist/", `{"refresh":[]}`, 400, `{"refresh":["Not a valid string."]}`},
		{"blacklist/", `{"refresh":"bad"}`, 401, `{"detail":"Token is expired","code":"token_not_valid"}`},
		{"sliding/", `{"username":"alice","password":"secret"}`, 200, `{"token":"access-alice"}`},
		{"sliding/refresh/", `{"token":"good"}`, 200, `{"token":"next"}`},
		{"sliding/refresh/", `{"token":"bad"}`, 401, `{"detail":"Token is expired","code":"token_not_valid"}`},
	}
	site := newSite(withSliding(), &fakeTokens{failure: schemes.Fail("jwt", schemes.Expired, nil)})
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.body, func(t *testing.T) {
			check(t, ask(site, "POST", "/api/token/"+tt.path, tt.body), tt.status, tt.want)
		})
	}
	rotating := newSite(DefaultConfig(), &fakeTokens{rotated: "successor"})
	check(t, ask(rotating, "POST", "/api/token/refresh/", `{"refresh":"good"}`), 200,
		`{"access":"next","refresh":"successor"}`)
}

func TestRefusalsOfTokens(t *testing.T) {
	invalid := func(message string) string { return `{"detail":"` + message + `","code":"token_not_valid"}` }
	second := schemes.Fail("jwt", schemes.Expired, nil)
	second.Claim = "refresh_exp"
	missing := schemes.Fail("jwt", schemes.NoExpiry, nil)
	missing.Claim = "refresh_exp"
	tests := []struct {
		failure error
		status  int
		want    string
	}{
		{schemes.Fail("jwt", schemes.Invalid, nil), 401, invalid("Token is invalid")},
		{schemes.Fail("jwt", schemes.Expired, nil), 401, invalid("Token is expired")},
		{schemes.Fail("jwt", schemes.Revoked, nil), 401, invalid("Token is blacklisted")},
		{schemes.Fail("jwt", schemes.NoExpiry, nil), 401, invalid("Token has no 'exp' claim")},
		{schemes.Fail("jwt", schemes.NoID, nil), 401, invalid("Token has no id")},
		{schemes.Fail("jwt", schemes.NoType, nil), 401, invalid("Token has no type")},
		{schemes.Fail("jwt", schemes.WrongType, nil), 401, invalid("Token has wrong type")},
		{second, 401, invalid("Token 'refresh_exp' claim has expired")},
		{missing, 401, invalid("Token has no 'refresh_exp' claim")},
		{schemes.Fail("jwt", schemes.UserInactive, nil), 401, `{"detail":"No active account found for the given token."}`},
		{schemes.Fail("jwt", schemes.UserMissing, nil), 401, `{"detail":"No active account found for the given token."}`},
		{schemes.Fail("jwt", schemes.PasswordChanged, nil), 401,
			`{"detail":"The user's password has been changed.","code":"password_changed"}`},
		{models.ErrUnavailable, 503, `{"detail":"Service temporarily unavailable, try again later."}`},
	}
	for _, tt := range tests {
		w := ask(newSite(DefaultConfig(), &fakeTokens{failure: tt.failure}), "POST", "/api/token/refresh/", `{"refresh":"x"}`)
		check(t, w, tt.status, tt.want)
	}
	revoked := newSite(DefaultConfig(), &fakeTokens{failure: schemes.Fail("jwt", schemes.Revoked, nil)})
	check(t, ask(revoked, "POST", "/api/token/verify/", `{"token":"x"}`), 400,
		`{"non_field_errors":["Token is blacklisted"]}`)
	check(t, ask(revoked, "POST", "/api/token/blacklist/", `{"refresh":"x"}`), 401, invalid("Token is blacklisted"))
}

func TestMetadataIsAsRecorded(t *testing.T) {
	data, err := os.ReadFile("testdata/options.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]any
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	if len(recorded) != 4 {
		t.Fatalf("got %d recordings, want 4", len(recorded))
	}
	site := newSite(DefaultConfig(), &fakeTokens{})
	for path, want := range recorded {
		w := ask(site, "OPTIONS", "/api/token/"+path, "")
		var got any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != 200 {
			t.Errorf("%s: %d (-want +got):\n%s", path, w.Code, diff)
		}
	}
}

func TestOnlyTheChosenEndpointsAreMounted(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Endpoints = []Endpoint{Obtain}
	site := newSite(cfg, &fakeTokens{})
	for path, want := range map[string]int{"": 405, "refresh/": 404, "verify/": 404, "blacklist/": 404, "sliding/": 404} {
		if got := ask(site, "GET", "/api/token/"+path, "").Code; got != want {
			t.Errorf("%q: got %d, want %d", path, got, want)
		}
	}
}
