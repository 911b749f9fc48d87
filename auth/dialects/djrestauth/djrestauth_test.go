package djrestauth_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/basic"
	"watchword/schemes/jwt"
	"watchword/schemes/jwt/keys"
	"watchword/schemes/session"
	"watchword/schemes/token"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.UTC)

// options are what a test may choose.
type options struct {
	core    auth.Config
	dialect djrestauth.Config
	jwt     jwt.Config
	resets  auth.ResetConfig
	signup  auth.SignupConfig
	cookies jwt.CookieConfig
	site    dialects.Config

	recording bool // logins note the time
}

// world is a site with the dialect, and what is behind it.
type world struct {
	t      *testing.T
	site   *dialects.Site
	core   *auth.Service
	store  *gormstore.Store
	bearer *jwt.Scheme
	mails  *postbox
}

// newWorld puts real parts together under dj-rest-auth's own defaults, but without sessions, as far as change does not
// say otherwise.
func newWorld(t *testing.T, change func(*options)) *world {
	t.Helper()
	opts := options{core: auth.DefaultConfig(), dialect: djrestauth.ExactConfig(), jwt: jwt.ExactConfig(),
		resets: auth.ExactResetConfig(), signup: auth.ExactSignupConfig(), cookies: jwt.ExactCookieConfig(),
		site: dialects.ExactConfig()}
	opts.site.AllowedHosts = []string{"*"}
	opts.dialect.SessionLogin = false
	opts.core.Now, opts.jwt.Now = clock, clock
	change(&opts)
	w := &world{t: t, store: gormtest.SQLite(t), mails: &postbox{}}
	w.core = newCore(t, opts.core, w.store)
	logins := w.core
	if opts.recording {
		logins = w.core.Recording()
	}
	w.bearer = newBearer(t, opts, w.store)
	opts.cookies.HTTPOnly = opts.dialect.HTTPOnly
	pairs := jwt.NewCookies(opts.cookies, w.bearer, csrf.New(csrf.ExactConfig()))
	plain := token.NewPlain(w.store, clock)
	w.site = dialects.NewSite(opts.site, dialects.DefaultRESTConfig(), slog.New(slog.NewTextHandler(t.Output(), nil)))
	sessions := newSessions(w.store)
	d, err := djrestauth.New(opts.dialect, djrestauth.Deps{
		Accounts: logins, Tokens: pairs, Keys: plain, Sessions: sessions,
		Registration: newRegistration(t, opts, w), Resets: newResets(t, opts.resets, w),
		Schemes: []schemes.Scheme{plain, pairs, basic.New(w.core, auth.ErrInvalidCredentials), sessions},
	})
	must(t, err)
	djrestauth.Mount(w.site, "/auth/", d)
	return w
}

// in returns the same world for a subtest.
func (w *world) in(t *testing.T) *world {
	inner := *w
	inner.t = t
	return &inner
}

func clock() time.Time { return now }

// newCore returns a core whose hashes cost next to nothing.
func newCore(t *testing.T, cfg auth.Config, store *gormstore.Store) *auth.Service {
	t.Helper()
	cheap := password.DefaultConfig()
	cheap.Hashers, cheap.PBKDF2Iterations = []string{"pbkdf2_sha256"}, 1
	cheap.Gate.Queue = 1000
	passwords, err := password.NewRegistry(cheap)
	must(t, err)
	validators, err := password.NewValidators(password.DefaultValidators())
	must(t, err)
	return auth.New(cfg, auth.Deps{Store: store, Passwords: passwords, Validators: validators, Log: slog.Default()})
}

func newBearer(t *testing.T, opts options, store *gormstore.Store) *jwt.Scheme {
	t.Helper()
	set, err := keys.Secret(opts.jwt.Algorithm, strings.Repeat("k", 32), 32)
	must(t, err)
	var tokens jwt.Tokens
	if opts.dialect.TokenBlacklist {
		tokens = store
	}
	scheme, err := jwt.New(opts.jwt, set, store, tokens)
	must(t, err)
	return scheme
}

func newSessions(store *gormstore.Store) *session.Scheme {
	cfg := session.ExactConfig()
	cfg.Backends, cfg.Now = []string{"django.contrib.auth.backends.ModelBackend"}, clock
	keeper := session.NewKeeper(cfg, store, signing.Config{SecretKey: "a secret key"})
	return session.New(keeper, store, csrf.New(csrf.ExactConfig()))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// user creates a user whose password is "Secret-of-NAME".
func (w *world) user(name string) *models.User {
	w.t.Helper()
	u, err := w.core.CreateUser(w.t.Context(), auth.NewUser{
		Username: name, Email: name + "@example.com", Password: secretOf(name)})
	must(w.t, err)
	return u
}

func secretOf(name string) string { return "Secret-of-" + name }

// load adds rows in Django's fixture format.
func (w *world) loadf(format string, args ...any) {
	w.t.Helper()
	_, err := w.store.LoadFixtures(w.t.Context(), strings.NewReader(fmt.Sprintf(format, args...)))
	must(w.t, err)
}

// rows counts the rows of a model.
func (w *world) rows(model string) int {
	w.t.Helper()
	var out strings.Builder
	must(w.t, w.store.DumpFixtures(w.t.Context(), &out, []string{model}, 0))
	var objects []json.RawMessage
	must(w.t, json.Unmarshal([]byte(out.String()), &objects))
	return len(objects)
}

// ask sends a request with a JSON body. credential is the Authorization header.
func (w *world) ask(method, path, credential, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, "/auth/"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if credential != "" {
		r.Header.Set("Authorization", credential)
	}
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, r)
	return answer
}

// want sends a request and compares status and body.
func (w *world) want(method, path, credential, body string, status int, want string) {
	w.t.Helper()
	if got := w.ask(method, path, credential, body); got.Code != status || got.Body.String() != want {
		w.t.Errorf("%s %s %s\ngot  %d %s\nwant %d %s", method, path, body, got.Code, got.Body, status, want)
	}
}

// logIn logs the user in and returns the answer.
func (w *world) logIn(name string) map[string]any {
	w.t.Helper()
	got := w.ask(http.MethodPost, "login/", "", fmt.Sprintf(`{"username": %q, "password": %q}`, name, secretOf(name)))
	if got.Code != http.StatusOK {
		w.t.Fatalf("login of %s: %d %s", name, got.Code, got.Body)
	}
	var answer map[string]any
	must(w.t, json.Unmarshal(got.Body.Bytes(), &answer))
	return answer
}

// key logs the user in and returns the Authorization header for the opaque token.
func (w *world) key(name string) string {
	w.t.Helper()
	return fmt.Sprint("Token ", w.logIn(name)["key"])
}

// asIs leaves the defaults alone.
func asIs(*options) {}

// withJWT hands out both tokens in bodies.
func withJWT(o *options) { o.dialect.UseJWT, o.dialect.HTTPOnly = true, false }

func TestEverySlashAtTheEndMayBeLeftOut(t *testing.T) {
	w := newWorld(t, withJWT)
	for _, path := range []string{"login", "logout", "user", "password/change", "token/refresh", "token/verify"} {
		for _, p := range []string{path, path + "/"} {
			if got := w.ask(http.MethodOptions, p, "", ""); got.Code == http.StatusNotFound || got.Code == http.StatusMovedPermanently {
				t.Errorf("%s: %d", p, got.Code)
			}
		}
		for _, p := range []string{path + "//", "x" + path, strings.ToUpper(path)} {
			if got := w.ask(http.MethodOptions, p, "", ""); got.Code != http.StatusNotFound {
				t.Errorf("%s: %d, want 404", p, got.Code)
			}
		}
	}
}

func TestTokenEndpointsAreThereWithJWTsOnly(t *testing.T) {
	w := newWorld(t, asIs)
	for _, path := range []string{"token/refresh/", "token/verify/"} {
		if got := w.ask(http.MethodPost, path, "", "{}"); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, got.Code)
		}
	}
}

func TestTokenModelsAreReadByTheirPythonNames(t *testing.T) {
	for text, want := range map[string]djrestauth.TokenModel{
		"rest_framework.authtoken.models.Token": djrestauth.PlainToken, "rest_framework.authtoken.Token": djrestauth.PlainToken,
		"token": djrestauth.PlainToken, "": djrestauth.NoToken, "None": djrestauth.NoToken,
	} {
		got := djrestauth.TokenModel("?")
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"knox.models.AuthToken", "Token", "rest_framework.authtoken.models.Tokens"} {
		var m djrestauth.TokenModel
		if err := m.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for %q", text, m)
		}
	}
}
