package authtoken_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/authtoken"
	"watchword/auth/password"
	"watchword/email"
	"watchword/email/outbox"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/basic"
	"watchword/schemes/token"
)

const goodPassword = "quite-unguessable-7"

// server is the dialect over a real core, scheme, outbox and store, and a protected view beside it.
type server struct {
	http.Handler
	store  *gormstore.Store
	tokens *token.Scheme
}

// options are what a test wants otherwise.
type options struct {
	dialect      authtoken.Config
	registration auth.RegistrationConfig
	first        func(*auth.Service) []schemes.Scheme // asked before the tokens; nil: none
	noTokens     bool                                 // the tokens are not asked
	confirmer    authtoken.Confirmer                  // instead of the real one
}

func newOptions() options {
	o := options{dialect: authtoken.DefaultConfig(), registration: auth.DefaultRegistrationConfig()}
	o.registration.Enabled = true
	return o
}

// confirmed also asks for confirmation.
func confirmed(field models.ConfirmationField) options {
	o := newOptions()
	o.registration.Confirmation.Required, o.registration.Confirmation.Field = true, auth.ConfirmationField(field)
	o.registration.Confirmation.Mail.BaseURL = "https://example.org"
	return o
}

func newServer(t *testing.T, o options) *server {
	t.Helper()
	store := gormtest.SQLite(t)
	hashing := password.DefaultConfig()
	hashing.Hashers, hashing.PBKDF2Iterations = []string{"pbkdf2_sha256"}, 1
	passwords, err := password.NewRegistry(hashing)
	must(t, err)
	validators, err := password.NewValidators(password.DefaultValidators())
	must(t, err)
	service := auth.New(auth.DefaultConfig(), auth.Deps{Store: store, Passwords: passwords, Validators: validators,
		Log: slog.New(slog.DiscardHandler)})
	tokens, err := token.New(token.DefaultConfig(), store)
	must(t, err)
	deps := authtoken.Deps{Accounts: service.Recording(), Tokens: tokens, Facts: store}
	if o.first != nil {
		deps.Schemes = o.first(service)
	}
	if !o.noTokens {
		deps.Schemes = append(deps.Schemes, tokens)
	}
	if o.registration.Enabled {
		confirmations := newConfirmations(t, o.registration.Confirmation, store)
		if o.registration.Confirmation.Required {
			deps.Confirmer = confirmations
		} else {
			confirmations = nil
		}
		if o.confirmer != nil {
			deps.Confirmer = o.confirmer
		}
		deps.Registrar = auth.NewRegistrar(o.registration, service, store, confirmations)
	}
	d, err := authtoken.New(o.dialect, deps)
	must(t, err)
	site := dialects.NewSite(dialects.Config{AllowedHosts: []string{"*"}, AppendSlash: true, MaxBody: 1 << 20},
		dialects.DefaultRESTConfig(), slog.New(slog.DiscardHandler))
	authtoken.Mount(site, "/auth/", d)
	site.Mount("/whoami/", dialects.View{Schemes: deps.Schemes, Permission: dialects.IsAuthenticated,
		Get: dialects.Action{Handle: func(c echo.Context) error {
			return dialects.Respond(c, http.StatusOK, dialects.Current(c).User.Username)
		}}})
	return &server{Handler: site, store: store, tokens: tokens}
}

// secret seals the mails of the tests.
const secret = "a secret of the tests that is long enough for anything"

func newConfirmations(t *testing.T, cfg auth.ConfirmationConfig, store *gormstore.Store) *auth.Confirmations {
	t.Helper()
	templates, err := email.NewTemplates(email.DefaultConfig())
	must(t, err)
	mails := outbox.DefaultConfig()
	mails.Keys = []string{secret}
	box, err := outbox.New(mails, store)
	must(t, err)
	c, err := auth.NewConfirmations(cfg, auth.ConfirmationDeps{Store: store, Users: store, Mailer: box, Templates: templates})
	must(t, err)
	return c
}

var linkPattern = regexp.MustCompile(`https://example\.org(/auth/register/confirm/[A-Za-z0-9_-]{64}/)`)

// link returns the path in the only mail that waits.
func (s *server) link(t *testing.T) string {
	t.Helper()
	mails := s.mails(t)
	if len(mails) != 1 {
		t.Fatalf("%d mails, want 1", len(mails))
	}
	found := linkPattern.FindStringSubmatch(mails[0].Text)
	if found == nil {
		t.Fatalf("no link in %q", mails[0].Text)
	}
	return found[1]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request with a body in JSON and headers in pairs.
func (s *server) ask(t *testing.T, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// want checks status and body, and that the challenge is there or not.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, body, challenge string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("got %d %s\nwant %d %s", w.Code, w.Body, status, body)
	}
	if got := w.Header().Get("WWW-Authenticate"); got != challenge {
		t.Errorf("challenge %q, want %q", got, challenge)
	}
}

func (s *server) newUser(t *testing.T, username string) {
	t.Helper()
	w := s.ask(t, "POST", "/auth/register/", `{"username":"`+username+`","password":"`+goodPassword+`"}`)
	want(t, w, 201, `{"success":true}`, "")
}

// login returns a fresh token.
func (s *server) login(t *testing.T, username string) string {
	t.Helper()
	w := s.ask(t, "POST", "/auth/login/", `{"username":"`+username+`","password":"`+goodPassword+`"}`)
	var out struct{ Token string }
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 || len(out.Token) != 64 {
		t.Fatalf("login = %d %s", w.Code, w.Body)
	}
	return out.Token
}

func TestLogin(t *testing.T) {
	s := newServer(t, newOptions())
	s.newUser(t, "alice")
	const refused = `"invalid credentials"`
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"wrong", `{"username":"alice","password":"x"}`, 401, refused},
		{"unknown", `{"username":"nobody","password":"x"}`, 401, refused},
		{"nothing", `{}`, 401, refused},
		{"no body", ``, 401, refused},
		{"blank", `{"username":"","password":""}`, 401, refused},
		{"null", `{"username":null,"password":null}`, 401, refused},
		{"no texts", `{"username":["alice"],"password":{}}`, 401, refused},
		{"NUL", `{"username":"alice\u0000","password":"x"}`, 401, refused},
		{"a lone surrogate", `{"username":"\ud800","password":"x"}`, 401, refused},
		{"to the letter", `{"username":" alice","password":"` + goodPassword + `"}`, 401, refused},
		{"a list", `[]`, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`},
		{"a text", `"x"`, 400, `{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}`},
		{"null for a body", `null`, 400, `{"non_field_errors":["No data provided"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := s.ask(t, "POST", "/auth/login/", tt.body)
			want(t, w, tt.status, tt.want, "")
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
		})
	}
	want(t, s.ask(t, "GET", "/whoami/", "", "Authorization", "Token "+s.login(t, "alice")), 200, `"alice"`, "")
	u, err := s.store.UserBy(t.Context(), models.UserFieldUsername, "alice")
	if err != nil || u.LastLogin == nil {
		t.Errorf("last login %+v, %v", u, err)
	}
	bad := s.ask(t, "POST", "/auth/login/", `{"username":"alice","password":"`+goodPassword+`"}`, "Authorization", "Token AAAA")
	want(t, bad, 401, `{"detail":"invalid auth token"}`, "Token")
	empty := s.ask(t, "POST", "/auth/login/", `{}`, "Authorization", "Token")
	want(t, empty, 401, `{"detail":"invalid auth header, No credentials provided."}`, "Token")
}

func TestLoginTellsOfTheUserWhatIsAskedFor(t *testing.T) {
	o := newOptions()
	o.dialect.UserSerializer = []any{"id", "username", "email_confirmed", "last_login", "is_staff"}
	s := newServer(t, o)
	s.newUser(t, "alice")
	w := s.ask(t, "POST", "/auth/login/", `{"username":"alice","password":"`+goodPassword+`"}`)
	shown := regexp.MustCompile(`^\{"token":"[A-Za-z0-9_-]{64}","user":\{"id":1,"username":"alice","email_confirmed":false,` +
		`"last_login":null,"is_staff":false\}\}$`)
	if !shown.MatchString(w.Body.String()) {
		t.Errorf("got %s", w.Body)
	}
}

func TestLogout(t *testing.T) {
	s := newServer(t, newOptions())
	s.newUser(t, "alice")
	var tokens []string
	for range 10 {
		tokens = append(tokens, s.login(t, "alice"))
	}
	const path, invalid = "/auth/logout/", `{"detail":"invalid auth token"}`
	want(t, s.ask(t, "DELETE", path, "", "Authorization", "Token "+tokens[4]), 204, "", "")
	want(t, s.ask(t, "DELETE", path, "", "Authorization", "Token "+tokens[4]), 401, invalid, "Token")
	want(t, s.ask(t, "DELETE", path, ""), 401, `{"detail":"Authentication credentials were not provided."}`, "Token")
	want(t, s.ask(t, "POST", path, "{}", "Authorization", "Token "+tokens[0]), 405, `{"detail":"Method \"POST\" not allowed."}`, "")
	for i, text := range tokens {
		if i == 4 {
			want(t, s.ask(t, "GET", "/whoami/", "", "Authorization", "Token "+text), 401, invalid, "Token")
			continue
		}
		want(t, s.ask(t, "GET", "/whoami/", "", "Authorization", "token "+text), 200, `"alice"`, "")
	}
}

func TestOneOfManyLogoutsSucceeds(t *testing.T) {
	s := newServer(t, newOptions())
	s.newUser(t, "alice")
	text := s.login(t, "alice")
	var callers sync.WaitGroup
	statuses := make(chan int, 32)
	for range cap(statuses) {
		callers.Go(func() {
			statuses <- s.ask(t, "DELETE", "/auth/logout/", "", "Authorization", "Token "+text).Code
		})
	}
	callers.Wait()
	close(statuses)
	got := map[int]int{}
	for status := range statuses {
		got[status]++
	}
	if diff := cmp.Diff(map[int]int{204: 1, 401: 31}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLogoutOfWhoWasLetInOtherwise has name and password, or nothing but the right order of schemes.
func TestLogoutOfWhoWasLetInOtherwise(t *testing.T) {
	o := newOptions()
	o.first = func(service *auth.Service) []schemes.Scheme {
		return []schemes.Scheme{headerless{}, basic.New(service, auth.ErrInvalidCredentials)}
	}
	o.noTokens = true
	s := newServer(t, o)
	s.newUser(t, "alice")
	text := s.login(t, "alice")
	const cookie = "X-Session"
	for _, tt := range []struct {
		name, authorization, want string
		status                    int
	}{
		{"without the header", "", `["no token"]`, 400},
		{"another keyword", "Basic YWxpY2U6cXVpdGUtdW5ndWVzc2FibGUtNw==", `["no token"]`, 400},
		{"only the keyword", "Token", `["no token"]`, 400},
		{"too many words", "Token a b", `["no token"]`, 400},
		{"malformed", "Token AAAA", `["invalid token"]`, 400},
		{"unknown", "Token " + strings.Repeat("A", 64), `["invalid token"]`, 400},
		{"good", "Token " + text, "", 204},
		{"used", "Token " + text, `["invalid token"]`, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := []string{cookie, "alice"}
			if tt.authorization != "" {
				header = append(header, "Authorization", tt.authorization)
			}
			want(t, s.ask(t, "DELETE", "/auth/logout/", "", header...), tt.status, tt.want, "")
		})
	}
}

// headerless believes the header X-Session, as a stand-in for a session.
type headerless struct{ schemes.Scheme }

func (headerless) Name() string      { return "session" }
func (headerless) Challenge() string { return "" }

func (headerless) Authenticate(r *http.Request) (schemes.Identity, error) {
	name := r.Header.Get("X-Session")
	if name == "" {
		return schemes.Identity{}, nil
	}
	return schemes.Identity{User: &models.User{ID: "1", Username: name}, Scheme: "session"}, nil
}

func TestMetadataIsAsRecorded(t *testing.T) {
	data, err := os.ReadFile("testdata/options.json")
	must(t, err)
	var recorded map[string]any
	must(t, json.Unmarshal(data, &recorded))
	if len(recorded) != 3 {
		t.Fatalf("%d recordings, want 3", len(recorded))
	}
	s := newServer(t, newOptions())
	s.newUser(t, "alice")
	text := s.login(t, "alice")
	for path, wanted := range recorded {
		w := s.ask(t, "OPTIONS", "/auth/"+path, "", "Authorization", "Token "+text)
		var got any
		must(t, json.Unmarshal(w.Body.Bytes(), &got))
		if diff := cmp.Diff(wanted, got); diff != "" || w.Code != 200 {
			t.Errorf("%s: %d (-want +got)\n%s", path, w.Code, diff)
		}
	}
}

func TestWhatIsNotAskedForIsNotMounted(t *testing.T) {
	off := newOptions()
	off.registration.Enabled = false
	for name, tt := range map[string]struct {
		o    options
		want map[string]int
	}{
		"no registration": {off, map[string]int{"login/": 405, "register/": 404, "register/confirm/x/": 404, "": 404}},
		"no confirmation": {newOptions(), map[string]int{"register/": 405, "register/confirm/x/": 404}},
		"confirmation": {confirmed(models.ConfirmsActive), map[string]int{"register/": 405, "register/confirm/x/": 400,
			"register/confirm/x": 301, "register/confirm/": 404, "register/confirm/x/y/": 404, "register": 301, "login": 301}},
	} {
		s := newServer(t, tt.o)
		for path, want := range tt.want {
			if got := s.ask(t, "GET", "/auth/"+path, "").Code; got != want {
				t.Errorf("%s: GET %s = %d, want %d", name, path, got, want)
			}
		}
	}
}

func TestConfigFaultsAreNamed(t *testing.T) {
	for name, cfg := range map[string]authtoken.Config{"default": authtoken.DefaultConfig(), "exact": authtoken.ExactConfig()} {
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, serializer := range []any{"refproj.Serializer", []any{"password"}, []any{1}, []any{"id", "id"}, 7, []string{"x"}} {
		cfg := authtoken.DefaultConfig()
		cfg.UserSerializer = serializer
		if _, err := authtoken.New(cfg, authtoken.Deps{}); err == nil || !strings.HasPrefix(err.Error(), "USER_SERIALIZER: ") {
			t.Errorf("%v: got %v", serializer, err)
		}
	}
	for target, ok := range map[string]bool{
		"/": true, "/done?x=1#y": true, "https://example.org/done": true, "http://localhost:3000": true,
		"": false, "done": false, "//evil.example": false, `/\evil.example`: false, "javascript:alert(1)": false,
		"/a\r\nX: y": false, "https:///x": false, "ftp://example.org/": false,
	} {
		cfg := authtoken.DefaultConfig()
		cfg.ConfirmRedirect = target
		if err := cfg.Validate(); (err == nil) != ok {
			t.Errorf("%q: got %v", target, err)
		}
		cfg = authtoken.DefaultConfig()
		cfg.ConfirmInvalidRedirect = target
		if err := cfg.Validate(); (err == nil) != (ok || target == "") {
			t.Errorf("%q for bad links: got %v", target, err)
		}
	}
}
