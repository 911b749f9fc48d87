package auth_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/models"
	"watchword/models/gormstore"
)

// heard is one call of a hook, or one word for other programs.
type heard struct {
	By    string // hook or webhook
	Event models.Event
	User  string
}

// listener is hooks and a publisher that write down what they are told. Hooks do as told by act.
type listener struct {
	t     *testing.T
	calls []heard
	act   func(ctx context.Context, e models.Event) error
	fail  error // what Publish returns
}

func (l *listener) Publish(_ context.Context, e models.Event, u models.User) error {
	l.note("webhook", e, u)
	return l.fail
}

func (l *listener) note(by string, e models.Event, u models.User) {
	if u.Password != "" {
		l.t.Errorf("the %s of %s was given a password", by, e)
	}
	l.calls = append(l.calls, heard{by, e, u.Username})
}

// hook returns the hook for e.
func (l *listener) hook(e models.Event) auth.Hook {
	return func(ctx context.Context, u models.User) error {
		l.note("hook", e, u)
		if l.act == nil {
			return nil
		}
		return l.act(ctx, e)
	}
}

// hooks returns all hooks.
func (l *listener) hooks() auth.Hooks {
	return auth.Hooks{
		PreRegistered: l.hook(models.EventPreRegistered), PostRegistered: l.hook(models.EventPostRegistered),
		PreActivated: l.hook(models.EventPreActivated), PostActivated: l.hook(models.EventPostActivated),
		PreLogin: l.hook(models.EventPreLogin), PostLogin: l.hook(models.EventPostLogin),
		PreLogout: l.hook(models.EventPreLogout), PostLogout: l.hook(models.EventPostLogout),
		PreForgotPassword: l.hook(models.EventPreForgotPassword), PostForgotPassword: l.hook(models.EventPostForgotPassword),
		PreResetPassword: l.hook(models.EventPreResetPassword), PostResetPassword: l.hook(models.EventPostResetPassword),
		PasswordChanged: l.hook(models.EventPasswordChanged), EmailChanged: l.hook(models.EventEmailChanged),
		DeletionRequested: l.hook(models.EventDeletionRequested), Deleted: l.hook(models.EventDeleted),
		Deactivated: l.hook(models.EventDeactivated),
	}
}

// take returns the calls since the last time.
func (l *listener) take() []heard {
	calls := l.calls
	l.calls = nil
	return calls
}

// newListening returns a core, its store, what listens to it, and its log.
func newListening(t *testing.T) (*auth.Service, *gormstore.Store, *listener, *bytes.Buffer) {
	t.Helper()
	_, store := newService(t)
	l, out := &listener{t: t}, new(bytes.Buffer)
	log := slog.New(slog.NewTextHandler(out, nil))
	passwords, err := password.NewRegistry(cheap())
	if err != nil {
		t.Fatal(err)
	}
	deps := auth.Deps{Store: store, Passwords: passwords, Log: log,
		Signals: auth.NewSignals(l.hooks(), l, store, log)}
	return auth.New(auth.DefaultConfig(), deps), store, l, out
}

func TestEachEventHasAHook(t *testing.T) {
	l := &listener{t: t}
	_, store := newService(t)
	signals := auth.NewSignals(l.hooks(), nil, store, slog.Default())
	u := &models.User{Username: "ada", Password: "hash"}
	for _, e := range models.Events() {
		tell := signals.Before
		if slices.Contains(models.PastEvents(), e) {
			tell = signals.After
		}
		if err := tell(t.Context(), e, u); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]heard{{"hook", e, "ada"}}, l.take()); diff != "" {
			t.Errorf("%s: %s", e, diff)
		}
	}
	if u.Password != "hash" {
		t.Error("the user lost the password")
	}
}

func TestTheCoreTellsWhatItDoes(t *testing.T) {
	service, _, l, _ := newListening(t)
	u := mustCreate(t, service, "ada", "first")
	expect := func(doing string, want ...heard) {
		t.Helper()
		if diff := cmp.Diff(want, l.take()); diff != "" {
			t.Errorf("%s: %s", doing, diff)
		}
	}
	// What has happened is written for webhooks before the commit, and hooks are called after it.
	expect("registering", heard{"webhook", models.EventPostRegistered, "ada"}, heard{"hook", models.EventPostRegistered, "ada"})
	if err := service.SetPassword(t.Context(), u, "second"); err != nil {
		t.Fatal(err)
	}
	expect("password", heard{"webhook", models.EventPasswordChanged, "ada"}, heard{"hook", models.EventPasswordChanged, "ada"})
	if _, err := service.Login(httptest.NewRequestWithContext(t.Context(), "POST", "/", nil), scheme{}, u); err != nil {
		t.Fatal(err)
	}
	expect("login", heard{"hook", models.EventPreLogin, "ada"}, heard{"webhook", models.EventPreLogin, "ada"},
		heard{"webhook", models.EventPostLogin, "ada"}, heard{"hook", models.EventPostLogin, "ada"})
	if err := service.Logout(t.Context(), u, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	expect("logout", heard{"hook", models.EventPreLogout, "ada"}, heard{"webhook", models.EventPreLogout, "ada"},
		heard{"webhook", models.EventPostLogout, "ada"}, heard{"hook", models.EventPostLogout, "ada"})
	if _, err := service.CreateUser(t.Context(), auth.NewUser{Username: "ada", Password: "x"}); !errors.Is(err, auth.ErrUsernameTaken) {
		t.Error(err)
	}
	expect("a registration that was refused")
}

func TestAHookMayRefuseWhatIsToCome(t *testing.T) {
	service, _, l, _ := newListening(t)
	u := mustCreate(t, service, "ada", "first")
	l.take()
	broken := errors.New("broken")
	for name, answer := range map[string]error{"refused": auth.ErrRefused, "broken": broken} {
		l.act = func(context.Context, models.Event) error { return answer }
		_, err := service.Login(httptest.NewRequestWithContext(t.Context(), "POST", "/", nil), scheme{}, u)
		var forbidden interface{ Forbidden() bool }
		if !errors.Is(err, answer) || errors.As(err, &forbidden) != (name == "refused") {
			t.Errorf("%s: login: %v", name, err)
		}
		revoked := false
		err = service.Logout(t.Context(), u, func(context.Context) error { revoked = true; return nil })
		if !errors.Is(err, answer) || revoked {
			t.Errorf("%s: logout: %v, revoked %t", name, err, revoked)
		}
		want := []heard{{"hook", models.EventPreLogin, "ada"}, {"hook", models.EventPreLogout, "ada"}}
		if diff := cmp.Diff(want, l.take()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAHookAfterTheFactChangesNothing(t *testing.T) {
	service, store, l, log := newListening(t)
	u := mustCreate(t, service, "ada", "first")
	for name, act := range map[string]func() error{
		"a hook failed":   func() error { return errors.New("out of order") },
		"a hook panicked": func() error { panic("a secret of somebody") },
	} {
		l.act = func(ctx context.Context, e models.Event) error {
			if e == models.EventPreLogin {
				return nil
			}
			if err := store.Atomic(ctx, func(context.Context) error { return nil }); err != nil {
				t.Errorf("%s: the context is of no use: %v", name, err)
			}
			return act()
		}
		log.Reset()
		ctx, cancel := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, "POST", "/", nil)
		grant, err := service.Login(r, scheme{}, u)
		cancel()
		if err != nil || grant.Access != "a" {
			t.Errorf("%s: %v %v", name, grant, err)
		}
		if !strings.Contains(log.String(), name) || strings.Contains(log.String(), "a secret of") {
			t.Errorf("%s: logged %s", name, log)
		}
	}
}

func TestNobodyHearsOfWhatIsUndone(t *testing.T) {
	service, _, l, _ := newListening(t)
	u := mustCreate(t, service, "ada", "first")
	l.take()
	broken := errors.New("broken")
	if _, err := service.Login(httptest.NewRequestWithContext(t.Context(), "POST", "/", nil), scheme{err: broken}, u); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	l.fail = broken // the word for others cannot be written
	if err := service.SetPassword(t.Context(), u, "second"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	for _, call := range l.take() {
		if call.By == "hook" && call.Event != models.EventPreLogin {
			t.Errorf("the hook %s was called", call.Event)
		}
	}
	if _, err := service.Authenticate(t.Context(), "ada", "first"); err != nil {
		t.Errorf("the password was changed though nobody was told: %v", err)
	}
}
