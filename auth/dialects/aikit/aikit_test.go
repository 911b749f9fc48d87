package aikit_test

import (
	"context"
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

	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects"
	"watchword/auth/dialects/aikit"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
	"watchword/schemes"
	"watchword/schemes/session"
)

const goodPassword = "quite-unguessable-7"

// options are what a test may choose.
type options struct {
	dialect    aikit.Config
	identity   auth.IdentityConfig
	enrolment  auth.EnrolmentConfig
	activation auth.ActivationConfig
	csrf       csrf.Config
	hooks      auth.Hooks
}

// safe are the defaults.
func safe() options {
	o := options{
		dialect: aikit.DefaultConfig(), identity: auth.DefaultIdentityConfig(), enrolment: auth.DefaultEnrolmentConfig(),
		activation: auth.DefaultActivationConfig(), csrf: csrf.DefaultConfig(),
	}
	o.csrf.UseSessions = true
	return o
}

// exact are those of the original.
func exact() options {
	o := options{
		dialect: aikit.ExactConfig(), identity: auth.ExactIdentityConfig(), activation: auth.ExactActivationConfig(),
		csrf: csrf.ExactConfig(),
	}
	o.csrf.UseSessions = true
	return o
}

// world is a site with the dialect, and what is behind it.
type world struct {
	t     *testing.T
	site  *dialects.Site
	core  *auth.Service
	store *gormstore.Store
	box   *postbox
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	w := &world{t: t, store: gormtest.SQLite(t), box: &postbox{}}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w.core = newCore(t, w.store, o.hooks, log)
	templates, err := email.NewTemplates(email.DefaultConfig())
	must(t, err)
	keys := signing.Config{SecretKey: secret}
	tokens, err := signing.NewResetTokens(keys, signing.DefaultResetConfig())
	must(t, err)
	activations := auth.NewActivations(o.activation, auth.ActivationDeps{Store: w.store, Tokens: tokens, Mailer: w.box, Signals: w.core.Signals()})
	resets := auth.NewResets(auth.ResetConfig{}, auth.ResetDeps{Accounts: w.core, Store: w.store, Tokens: tokens, Mailer: w.box})
	ids := auth.NewIdentities(o.identity, w.store)
	sessions, protection := newSessions(o.csrf, w.store, keys)
	d, err := aikit.New(o.dialect, aikit.Deps{
		Accounts: w.core.Recording().ByIdentity(ids), Users: ids,
		Enrolments:  auth.NewEnrolments(o.enrolment, w.core, w.store, ids, activations),
		Activations: activations, Recoveries: auth.NewRecoveries(resets, activations), Facts: w.store,
		Frontend: auth.NewFrontend(auth.DefaultFrontendConfig(), templates, nil),
		Sessions: sessions, CSRF: protection, Schemes: []schemes.Scheme{sessions}, Signals: w.core.Signals(),
	})
	must(t, err)
	w.site = dialects.NewSite(dialects.Config{AllowedHosts: []string{"*"}, AppendSlash: true, MaxBody: 1 << 20},
		dialects.DefaultRESTConfig(), log)
	w.site.KeepSessions(sessions)
	aikit.Mount(w.site, "/", d)
	return w
}

// postbox keeps what was promised to be sent.
type postbox struct {
	mu        sync.Mutex
	mails     []email.Message
	pretended int // how many mails were written and not sent
}

// Pretend counts what was not sent.
func (p *postbox) Pretend(_ context.Context, m email.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pretended++
	return m.Validate()
}

func (p *postbox) Enqueue(_ context.Context, m email.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := m.Validate(); err != nil {
		return err
	}
	p.mails = append(p.mails, m)
	return nil
}

// secret signs what the tests make.
const secret = "a secret of the tests that is long enough for anything"

// newCore returns a core whose hashes cost next to nothing.
func newCore(t *testing.T, store *gormstore.Store, hooks auth.Hooks, log *slog.Logger) *auth.Service {
	t.Helper()
	cheap := password.DefaultConfig()
	cheap.Hashers, cheap.PBKDF2Iterations = []string{"pbkdf2_sha256"}, 1
	cheap.Gate.Queue = 1000
	passwords, err := password.NewRegistry(cheap)
	must(t, err)
	validators, err := password.NewValidators(password.DefaultValidators())
	must(t, err)
	return auth.New(auth.DefaultConfig(), auth.Deps{Store: store, Passwords: passwords, Validators: validators,
		Signals: auth.NewSignals(hooks, nil, store, log), Log: log})
}

func newSessions(cfg csrf.Config, store *gormstore.Store, keys signing.Config) (*session.Scheme, *csrf.Protection) {
	sessions := session.DefaultConfig()
	sessions.Backends = []string{auth.ModelBackend.DottedName()}
	keeper := session.NewKeeper(sessions, store, keys)
	protection := csrf.New(cfg)
	if cfg.UseSessions {
		protection = csrf.NewInSessions(cfg, keeper)
	}
	return session.New(keeper, store, protection), protection
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// user adds a user with the good password.
func (w *world) user(name string) *models.User {
	w.t.Helper()
	u, err := w.core.CreateUser(w.t.Context(), auth.NewUser{Username: name, Email: name + "@example.com", Password: goodPassword})
	must(w.t, err)
	return u
}

// browser keeps cookies and the token, as the application does.
type browser struct {
	*world
	cookies map[string]string
	csrf    string
}

func (w *world) browser() *browser { return &browser{world: w, cookies: map[string]string{}} }

// send sends a request as the application does, and returns the answer.
func (b *browser) send(method, path, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://example.com"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-CSRFToken", b.csrf)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	var answer struct{ CSRF string }
	if json.Unmarshal(w.Body.Bytes(), &answer) == nil && answer.CSRF != "" {
		b.csrf = answer.CSRF
	}
	return w
}

// post sends a POST request and checks the answer.
func (b *browser) post(path, body string, status int, want string) {
	b.t.Helper()
	w := b.send(http.MethodPost, path, body)
	got := tokenPattern.ReplaceAllString(w.Body.String(), `"csrf":"*"`)
	if w.Code != status || got != want && want != anything {
		b.t.Errorf("POST %s %s: %d %s, want %d %s", path, body, w.Code, got, status, want)
	}
}

// anything is any body.
const anything = "*"

var (
	tokenPattern = regexp.MustCompile(`"csrf":"[A-Za-z0-9]{64}"`)
	linkPattern  = regexp.MustCompile(`http://example\.com/auth/[a-z-]+\?ident=(\d+)&token=([0-9a-z]{6}-[0-9a-f]{32})`)
)

// login opens a session.
func (b *browser) login(name string) {
	b.t.Helper()
	b.send(http.MethodGet, "/me/", "")
	b.post("/login/", `{"ident":"`+name+`","password":"`+goodPassword+`"}`, 200, anything)
}

// wantMe asks who is logged in: "" for nobody.
func (b *browser) wantMe(name string) {
	b.t.Helper()
	w := b.send(http.MethodGet, "/me/", "")
	var got struct{ User *struct{ Username string } }
	must(b.t, json.Unmarshal(w.Body.Bytes(), &got))
	if w.Code != 200 || name == "" && got.User != nil || name != "" && (got.User == nil || got.User.Username != name) {
		b.t.Errorf("me/ is %d %s, want %q", w.Code, w.Body, name)
	}
}

// link returns ident and token of the mail that was promised last, and how many there are.
func (w *world) link() (body string, mails int) {
	w.t.Helper()
	all := w.box.mails
	if len(all) == 0 {
		return "", 0
	}
	found := linkPattern.FindStringSubmatch(all[len(all)-1].Text)
	if found == nil {
		w.t.Fatalf("no link in %q", all[len(all)-1].Text)
	}
	return `"ident":"` + found[1] + `","token":"` + found[2] + `"`, len(all)
}

func TestTheMetadataIsTheOriginals(t *testing.T) {
	data, err := os.ReadFile("testdata/options.json")
	must(t, err)
	var recorded map[string]json.RawMessage
	must(t, json.Unmarshal(data, &recorded))
	w := newWorld(t, exact())
	w.user("ada")
	b := w.browser()
	b.login("ada")
	for path, want := range recorded {
		got := b.send(http.MethodOptions, "/"+path, "")
		var g, w map[string]any
		must(t, json.Unmarshal(got.Body.Bytes(), &g))
		must(t, json.Unmarshal(want, &w))
		if diff := cmp.Diff(w, g); diff != "" {
			t.Errorf("OPTIONS %s (-want +got):\n%s", path, diff)
		}
	}
	if len(recorded) != 8 {
		t.Errorf("%d endpoints compared, want 8", len(recorded))
	}
}

func TestEndpointsThatAreSwitchedOffAreNotThere(t *testing.T) {
	o := safe()
	o.dialect.Endpoints = aikit.Endpoints{Me: true}
	b := newWorld(t, o).browser()
	for _, path := range []string{"/login/", "/logout/", "/register/", "/activate_email/", "/validate_password/", "/send_pw_reset_email/", "/reset_password/"} {
		b.post(path, "{}", 404, anything)
	}
	b.wantMe("")
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	for name, change := range map[string]func(*aikit.Config){
		"an unknown serializer":           func(c *aikit.Config) { c.UserSerializer = "demo.UserSerializer" },
		"no field":                        func(c *aikit.Config) { c.UserSerializer = nil },
		"the password":                    func(c *aikit.Config) { c.UserSerializer = []string{"password"} },
		"another registration serializer": func(c *aikit.Config) { c.RegistrationSerializer = "demo.Registration" },
	} {
		cfg := aikit.DefaultConfig()
		change(&cfg)
		if _, err := aikit.New(cfg, aikit.Deps{}); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
