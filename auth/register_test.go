package auth_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/opaque"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// mailbox keeps the mails that were promised, or refuses them.
type mailbox struct {
	mutex sync.Mutex
	mails []email.Message
	err   error
}

func (m *mailbox) Enqueue(_ context.Context, msg email.Message) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.mails = append(m.mails, msg)
	return m.err
}

// last returns the newest mail.
func (m *mailbox) last(t *testing.T) email.Message {
	t.Helper()
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.mails) == 0 {
		t.Fatal("there is no mail")
	}
	return m.mails[len(m.mails)-1]
}

var linkPattern = regexp.MustCompile(`https://example\.org/auth/register/confirm/([A-Za-z0-9_-]{64})/`)

// linkToken is the token of the link in a mail.
func linkToken(t *testing.T, m email.Message) string {
	t.Helper()
	found := linkPattern.FindStringSubmatch(m.Text)
	if found == nil {
		t.Fatalf("no link in %q", m.Text)
	}
	return found[1]
}

// confirming returns settings under which addresses are confirmed.
func confirming(field models.ConfirmationField) auth.RegistrationConfig {
	cfg := auth.DefaultRegistrationConfig()
	cfg.Confirmation.Required, cfg.Confirmation.Field = true, auth.ConfirmationField(field)
	cfg.Confirmation.Mail = auth.ConfirmationMail{BaseURL: "https://example.org/", From: "Team <team@example.org>",
		Subject: "Please confirm", Message: "Hello {username}: {url} {{}}"}
	cfg.Confirmation.Now = func() time.Time { return now }
	return cfg
}

func newConfirmations(t *testing.T, cfg auth.ConfirmationConfig, store *gormstore.Store, box auth.Mailer) *auth.Confirmations {
	t.Helper()
	templates, err := email.NewTemplates(email.Config{From: "site@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := auth.NewConfirmations(cfg, auth.ConfirmationDeps{Store: store, Users: store, Mailer: box, Templates: templates})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newRegistrar returns a registrar over store whose mails go to the mailbox.
func newRegistrar(t *testing.T, cfg auth.RegistrationConfig, store *gormstore.Store) (*auth.Registrar, *auth.Confirmations, *mailbox) {
	t.Helper()
	service, _ := configured(t, store, func(*auth.Config) {})
	box := &mailbox{}
	if !cfg.Confirmation.Required {
		return auth.NewRegistrar(cfg, service, store, nil), nil, box
	}
	confirmations := newConfirmations(t, cfg.Confirmation, store, box)
	return auth.NewRegistrar(cfg, service, store, confirmations), confirmations, box
}

func TestRegisterMakesAnAccountThatCanLogIn(t *testing.T) {
	_, store := newService(t)
	registrar, _, _ := newRegistrar(t, auth.DefaultRegistrationConfig(), store)
	u, err := registrar.Register(t.Context(), auth.NewUser{Username: "ana", Email: "Ana@EXAMPLE.com", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	if u.ID == "" || u.Email != "Ana@EXAMPLE.com" || !u.IsActive || u.IsStaff || u.IsSuperuser || u.LastLogin != nil {
		t.Errorf("got %+v", u)
	}
	service, _ := configured(t, store, func(*auth.Config) {})
	if _, err := service.Authenticate(t.Context(), "ana", goodPassword); err != nil {
		t.Errorf("cannot log in: %v", err)
	}
}

func TestWhichNamesCanBeRegistered(t *testing.T) {
	_, store := newService(t)
	distinct, _, _ := newRegistrar(t, auth.DefaultRegistrationConfig(), store)
	exact, _, _ := newRegistrar(t, auth.ExactRegistrationConfig(), store)
	if err := store.CreateUser(t.Context(), &models.User{Username: "Taken", DateJoined: now}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name                    string
		wantDistinct, wantExact error
	}{
		{"Taken", auth.ErrUsernameTaken, auth.ErrUsernameTaken},
		{"tAKEN", auth.ErrUsernameTakenFold, nil},
		{"Ｔaken", auth.ErrUsernameInvalid, nil}, // a full-width T
		{"", auth.ErrUsernameInvalid, auth.ErrUsernameInvalid},
		{"a b", auth.ErrUsernameInvalid, auth.ErrUsernameInvalid},
		{"a\x00", auth.ErrUsernameInvalid, auth.ErrUsernameInvalid},
		{"a\xff", auth.ErrUsernameInvalid, auth.ErrUsernameInvalid},
		{strings.Repeat("é", 151), auth.ErrUsernameInvalid, auth.ErrUsernameInvalid},
		{strings.Repeat("é", 150), nil, nil},
		{"o.d@d+_-", nil, nil},
	} {
		for registrar, want := range map[*auth.Registrar]error{distinct: tt.wantDistinct, exact: tt.wantExact} {
			if got := registrar.CheckUsername(t.Context(), tt.name); !errors.Is(got, want) {
				t.Errorf("CheckUsername(%q) = %v, want %v", tt.name, got, want)
			}
			if want == nil {
				continue // registering it would take it from the next
			}
			_, got := registrar.Register(t.Context(), auth.NewUser{Username: tt.name, Password: goodPassword})
			if !errors.Is(got, want) {
				t.Errorf("Register(%q) = %v, want %v", tt.name, got, want)
			}
		}
	}
	u, err := exact.Register(t.Context(), auth.NewUser{Username: "Ｔaken", Password: goodPassword})
	if err != nil || u.Username != "Ｔaken" {
		t.Errorf("under the original's rules: %+v, %v; want the name as it was given", u, err)
	}
}

func TestWhichPasswordsCanBeRegistered(t *testing.T) {
	_, store := newService(t)
	strict, _, _ := newRegistrar(t, auth.DefaultRegistrationConfig(), store)
	lax, _, _ := newRegistrar(t, auth.ExactRegistrationConfig(), store)
	code := func(err error) string {
		var weak *auth.WeakPassword
		switch {
		case err == nil:
			return ""
		case errors.Is(err, auth.ErrPasswordTooShort):
			return "short"
		case errors.As(err, &weak):
			return weak.Faults[0].Code
		}
		return err.Error()
	}
	for _, tt := range []struct{ password, wantStrict, wantLax string }{
		{"12345", "short", "short"},
		{" 12345 ", "short", "short"},
		{"\u00a012345", "short", "short"},
		{"ééééé", "short", "short"},
		{"éééééé", "password_too_short", ""},
		{"123456789", "password_too_common", ""},
		{"ana-lucia", "password_too_similar", ""},
		{goodPassword, "", ""},
	} {
		n := auth.NewUser{Username: "ana-lucia", Password: tt.password}
		if got := code(strict.CheckPassword(n)); got != tt.wantStrict {
			t.Errorf("%q: got %q, want %q", tt.password, got, tt.wantStrict)
		}
		if got := code(lax.CheckPassword(n)); got != tt.wantLax {
			t.Errorf("%q without validators: got %q, want %q", tt.password, got, tt.wantLax)
		}
	}
}

func TestOneOfManyGetsAName(t *testing.T) {
	names := map[string][]string{"one name": {"same"}, "one name but for case": {"Bob", "bob", "BOB"}}
	for title, spellings := range names {
		t.Run(title, func(t *testing.T) {
			gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
				registrar, _, box := newRegistrar(t, confirming(models.ConfirmsActive), store)
				var callers sync.WaitGroup
				results := make(chan error, 32)
				for i := range cap(results) {
					n := auth.NewUser{Username: spellings[i%len(spellings)], Email: fmt.Sprintf("a%d@example.com", i), Password: goodPassword}
					callers.Go(func() { _, err := registrar.Register(t.Context(), n); results <- err })
				}
				callers.Wait()
				close(results)
				winners := 0
				for err := range results {
					var busy interface{ RetryAfter() time.Duration }
					switch {
					case err == nil:
						winners++
					case errors.Is(err, auth.ErrUsernameTaken), errors.Is(err, auth.ErrUsernameTakenFold), errors.As(err, &busy):
					default:
						t.Errorf("got %v, want ErrUsernameTaken", err)
					}
				}
				users, err := store.UsersByUsernameFold(t.Context(), spellings[0])
				if winners != 1 || err != nil || len(users) != 1 {
					t.Errorf("%d winners, %d rows, %v; want one", winners, len(users), err)
				}
				if len(users) == 1 && len(box.mails) != 1 {
					t.Errorf("%d mails, want 1", len(box.mails))
				}
			})
		})
	}
}

// late is a store in which a name is taken as soon as it was found to be free.
type late struct{ *gormstore.Store }

func (late) UserBy(context.Context, models.UserField, string) (*models.User, error) {
	return nil, models.ErrNotFound
}

func TestANameThatIsTakenMeanwhileIsNotSaidToDifferInCase(t *testing.T) {
	service, store := newService(t)
	if err := store.CreateUser(t.Context(), &models.User{Username: "Taken", DateJoined: now}); err != nil {
		t.Fatal(err)
	}
	registrar := auth.NewRegistrar(auth.DefaultRegistrationConfig(), service, late{store}, nil)
	for name, want := range map[string]error{"Taken": auth.ErrUsernameTaken, "tAKEN": auth.ErrUsernameTakenFold} {
		if err := registrar.CheckUsername(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("CheckUsername(%q) = %v, want %v", name, err, want)
		}
	}
}

func TestUserTokenAndMailAreWrittenTogetherOrNotAtAll(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		registrar, _, box := newRegistrar(t, confirming(models.ConfirmsEmail), store)
		broken := errors.New("the outbox is full")
		for refusal, want := range map[error]error{
			broken: broken, fmt.Errorf("%w: To", email.ErrInvalidMessage): auth.ErrMailRefused,
		} {
			box.err = refusal
			n := auth.NewUser{Username: "ana", Email: "ana@example.com", Password: goodPassword}
			if _, err := registrar.Register(t.Context(), n); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			if err := registrar.CheckUsername(t.Context(), "ana"); err != nil {
				t.Errorf("the account is there: %v", err)
			}
			var dump strings.Builder
			if err := store.DumpFixtures(t.Context(), &dump, []string{"rest_authtoken", "auth.user"}, 0); err != nil {
				t.Fatal(err)
			}
			if dump.String() != "[]" {
				t.Errorf("something is left: %s", &dump)
			}
		}
	})
}

func TestRegistrationFaultsAreNamed(t *testing.T) {
	for _, cfg := range []auth.RegistrationConfig{auth.DefaultRegistrationConfig(), auth.ExactRegistrationConfig(),
		confirming(models.ConfirmsActive)} {
		if err := cfg.Validate(); err != nil {
			t.Error(err)
		}
	}
	bad := auth.DefaultRegistrationConfig()
	bad.Confirmation.Required, bad.Confirmation.Validity = true, -1
	bad.Confirmation.Mail = auth.ConfirmationMail{BaseURL: "example.org", From: "nobody", Subject: "a\nb", Message: "{name}"}
	err := bad.Validate()
	for _, name := range []string{"REGISTRATION_EMAIL_CONFIRM_TOKEN_VALIDITY", "REGISTRATION_EMAIL.BASE_URL",
		"REGISTRATION_EMAIL.FROM", "REGISTRATION_EMAIL.SUBJECT", "REGISTRATION_EMAIL.MESSAGE"} {
		if err == nil || !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s is not in %v", name, err)
		}
	}
	none := confirming(models.ConfirmsActive).Confirmation
	none.Digests = []opaque.Algorithm{}
	if _, err := auth.NewConfirmations(none, auth.ConfirmationDeps{}); err == nil {
		t.Error("no digest: no error")
	}
	var field auth.ConfirmationField
	for text, want := range map[string]string{"is_active": "is_active", "email_confirmed": "email_confirmed",
		"False": "is_active", "is_staff": ""} {
		if err := field.UnmarshalText([]byte(text)); (err == nil) != (want != "") || err == nil && string(field) != want {
			t.Errorf("%s: got %s, %v", text, field, err)
		}
	}
}
