package auth_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// signups is what registrations are tested with.
type signups struct {
	*auth.Signups
	verifications *auth.Verifications
	store         *gormstore.Store
	box           *mailbox
	at            time.Time
}

// signupConfig is what a test may choose.
type signupConfig struct {
	core         auth.Config
	signup       auth.SignupConfig
	verification auth.VerificationConfig
}

func exactSignups() signupConfig {
	return signupConfig{auth.DefaultConfig(), auth.ExactSignupConfig(), auth.ExactVerificationConfig()}
}

func safeSignups() signupConfig {
	return signupConfig{auth.DefaultConfig(), auth.DefaultSignupConfig(), auth.DefaultVerificationConfig()}
}

func newSignups(t *testing.T, cfg signupConfig, store *gormstore.Store) *signups {
	t.Helper()
	s := &signups{store: store, box: &mailbox{}, at: now}
	clock := func() time.Time { return s.at }
	service, _ := configured(t, store, func(c *auth.Config) { *c = cfg.core; c.Now = clock })
	templates, err := email.NewTemplates(email.Config{From: "site@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	cfg.verification.Now = clock
	cfg.verification.Keys = signing.Config{SecretKey: "a secret key"}
	s.verifications = auth.NewVerifications(cfg.verification, auth.VerificationDeps{
		Store: store, Keys: store, Leases: store, Mailer: s.box, Templates: templates,
	})
	s.Signups = auth.NewSignups(cfg.signup, service, store, s.verifications)
	return s
}

// linkTo is where the mails of these tests lead.
func linkTo(key string) string { return "https://example.org/confirm/" + key + "/" }

// signUp makes an account.
func (s *signups) signUp(t *testing.T, username, address string) *models.User {
	t.Helper()
	u, err := s.Register(t.Context(), auth.NewUser{Username: username, Email: address, Password: goodPassword}, linkTo)
	if err != nil {
		t.Fatalf("Register(%q, %q): %v", username, address, err)
	}
	return u
}

// key is that of the link in the newest mail.
func (s *signups) key(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`https://example\.org/confirm/([-:\w]+)/`).FindStringSubmatch(s.box.last(t).Text)
	if found == nil {
		t.Fatalf("no link in %q", s.box.last(t).Text)
	}
	return found[1]
}

// kinds are the subjects of all mails, each with its address.
func (s *signups) mails() []string {
	var list []string
	for _, m := range s.box.mails {
		list = append(list, m.To+": "+m.Subject)
	}
	return list
}

func (s *signups) wantMails(t *testing.T, want ...string) {
	t.Helper()
	if got := s.mails(); !slices.Equal(got, want) {
		t.Errorf("mails:\ngot  %q\nwant %q", got, want)
	}
}

const (
	confirmSubject = ": Please confirm your e-mail address"
	alreadySubject = ": You already have an account"
)

// verified makes an account whose address is proved.
func (s *signups) verified(t *testing.T, username, address string) *models.User {
	t.Helper()
	u := s.signUp(t, username, address)
	if err := s.verifications.Confirm(t.Context(), s.key(t)); err != nil {
		t.Fatal(err)
	}
	s.box.mails = nil
	return u
}

func TestSignupStoresUserAndAddressAndMailsAKey(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSignups(t, exactSignups(), store)
		u := s.signUp(t, "Ana", "Ana@Example.COM")
		if u.Username != "Ana" || u.Email != "ana@example.com" || !u.IsActive || u.IsStaff || u.LastLogin != nil {
			t.Errorf("got %+v", u)
		}
		a, err := store.FirstEmailAddress(t.Context(), "ana@example.com")
		if err != nil || a.UserID != u.ID || a.Verified || !a.Primary {
			t.Errorf("the address: %+v, %v", a, err)
		}
		s.wantMails(t, "ana@example.com"+confirmSubject)
		if err := s.verifications.Confirm(t.Context(), s.key(t)); err != nil {
			t.Fatal(err)
		}
		if verified, err := store.EmailVerified(t.Context(), u.ID, u.Email); err != nil || !verified {
			t.Errorf("verified: %v, %v", verified, err)
		}
	})
}

func TestSignupDoesNotMailWhereNothingIsVerified(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	cfg.core.EmailVerification = auth.VerificationNone
	s := newSignups(t, cfg, store)
	s.signUp(t, "ana", "ana@example.com")
	s.signUp(t, "bob", "")
	s.wantMails(t)
}

func TestSignupJudgesNamesAddressesAndPasswords(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	cfg.core.UsernameBlacklist = []string{"root"}
	s := newSignups(t, cfg, store)
	s.verified(t, "ana", "ana@example.com")
	s.signUp(t, "claimant", "claimed@example.com")
	for username, want := range map[string]error{
		"new": nil, "ANA": auth.ErrUsernameTaken, "ａna": auth.ErrUsernameTaken, "a/b": auth.ErrUsernameInvalid,
		"Root": auth.ErrUsernameReserved, "other@example.com": nil,
	} {
		if err := s.CheckUsername(t.Context(), auth.NewUser{Username: username}); !errors.Is(err, want) {
			t.Errorf("CheckUsername(%q): %v, want %v", username, err, want)
		}
	}
	for address, want := range map[string]error{
		"new@example.com": nil, "ANA@example.com": auth.ErrEmailTaken, "claimed@example.com": nil,
		`"quoted local"@example.com`: auth.ErrMailRefused, "a@[127.0.0.1]": auth.ErrMailRefused,
		strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 60)+".", 4) + "com": auth.ErrMailRefused,
	} {
		if err := s.CheckEmail(t.Context(), address); !errors.Is(err, want) {
			t.Errorf("CheckEmail(%q): %v, want %v", address, err, want)
		}
	}
	var weak *auth.WeakPassword
	if err := s.CheckPassword("123"); !errors.As(err, &weak) || len(weak.Faults) < 2 {
		t.Errorf("CheckPassword: %v, want several faults", err)
	}
	_, err := s.Register(t.Context(), auth.NewUser{Username: "somebodynew", Password: "somebodynew1"}, linkTo)
	if !errors.As(err, &weak) || weak.Faults[0].Code != auth.PasswordTooSimilar {
		t.Errorf("a password like the name: %v", err)
	}
	if _, err := store.UserBy(t.Context(), models.UserFieldUsername, "somebodynew"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a refused registration left: %v", err)
	}
}

func TestSignupMayRefuseNamesThatAreForeignAddresses(t *testing.T) {
	_, store := newService(t)
	s := newSignups(t, safeSignups(), store)
	for address, want := range map[string]error{"own@example.com": nil, "other@example.com": auth.ErrUsernameReserved, "": auth.ErrUsernameReserved} {
		n := auth.NewUser{Username: "own@example.com", Email: address}
		if err := s.CheckUsername(t.Context(), n); !errors.Is(err, want) {
			t.Errorf("with the address %q: %v, want %v", address, err, want)
		}
	}
}

func TestSignupMayStoreNamesInSmallLetters(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	cfg.core.PreserveUsernameCasing = false
	s := newSignups(t, cfg, store)
	if u := s.signUp(t, "AnA", ""); u.Username != "ana" {
		t.Errorf("got %q", u.Username)
	}
	service, _ := configured(t, store, func(c *auth.Config) { *c = cfg.core })
	if _, err := service.Authenticate(t.Context(), "ANA", goodPassword); err != nil {
		t.Errorf("login in another case: %v", err)
	}
}

func TestSignupMakesNamesFromAddresses(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	cfg.signup.UsernameRequired = false
	s := newSignups(t, cfg, store)
	for _, step := range []struct{ address, want string }{
		{"Zoë.O'Neil+x@example.com", `zoe\.oneil\+x`}, {"zoe.oneil+x@example.org", `zoe\.oneil\+x\d`}, {"", "user"}, {"", `user\d`},
	} {
		if got := s.signUp(t, "", step.address).Username; !regexp.MustCompile("^" + step.want + "$").MatchString(got) {
			t.Errorf("%q: got %q, want %s", step.address, got, step.want)
		}
	}
}

func TestAProvedAddressIsToldOrHidden(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		telling, silent := newSignups(t, exactSignups(), store), newSignups(t, safeSignups(), store)
		owner := telling.verified(t, "owner", "owner@example.com")

		again := auth.NewUser{Username: "again", Email: "Owner@example.com", Password: goodPassword}
		if _, err := telling.Register(t.Context(), again, linkTo); !errors.Is(err, auth.ErrEmailTaken) {
			t.Errorf("told: %v, want ErrEmailTaken", err)
		}
		telling.wantMails(t)

		if err := silent.CheckEmail(t.Context(), again.Email); err != nil {
			t.Errorf("hidden, checked: %v", err)
		}
		u, err := silent.Register(t.Context(), again, linkTo)
		if err != nil {
			t.Fatalf("hidden: %v", err)
		}
		silent.wantMails(t, "owner@example.com"+alreadySubject)
		if !strings.Contains(silent.box.last(t).Text, owner.Username) || strings.Contains(silent.box.last(t).Text, "/confirm/") {
			t.Errorf("the mail to the owner: %s", silent.box.last(t).Text)
		}
		if verified, err := store.EmailVerified(t.Context(), u.ID, u.Email); err != nil || verified {
			t.Errorf("the second account has proved the address: %v, %v", verified, err)
		}
	})
}

func TestSharedAddressesAreMailedLikeAnyOther(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	cfg.signup.UniqueEmail = false
	s := newSignups(t, cfg, store)
	s.verified(t, "owner", "owner@example.com")
	s.signUp(t, "second", "owner@example.com")
	s.wantMails(t, "owner@example.com"+confirmSubject)
}

func TestOfManySignupsWithOneNameOneSucceeds(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSignups(t, exactSignups(), store)
		names := []string{"raced", "RACED", "Raced", "ｒaced"}
		var won atomic.Int32
		inParallel(16, func(i int) {
			n := auth.NewUser{Username: names[i%len(names)], Email: fmt.Sprintf("r%d@example.com", i), Password: goodPassword}
			switch _, err := s.Register(t.Context(), n, linkTo); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, auth.ErrUsernameTaken):
				t.Errorf("Register: %v", err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d registrations succeeded, want 1", won.Load())
		}
	})
}

func TestSignupIsWrittenTogetherWithItsMailOrNotAtAll(t *testing.T) {
	_, store := newService(t)
	s := newSignups(t, exactSignups(), store)
	s.box.err = errors.New("no outbox")
	n := auth.NewUser{Username: "ana", Email: "ana@example.com", Password: goodPassword}
	if _, err := s.Register(t.Context(), n, linkTo); !errors.Is(err, s.box.err) {
		t.Fatalf("got %v", err)
	}
	if _, err := store.UserBy(t.Context(), models.UserFieldUsername, "ana"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("the user is there: %v", err)
	}
}

func TestSignupTellsHooks(t *testing.T) {
	service, store, l, _ := newListening(t)
	templates, err := email.NewTemplates(email.Config{From: "site@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	verifications := auth.NewVerifications(auth.ExactVerificationConfig(), auth.VerificationDeps{Store: store, Keys: store,
		Leases: store, Mailer: &mailbox{}, Templates: templates, Signals: service.Signals()})
	s := auth.NewSignups(auth.ExactSignupConfig(), service, store, verifications)
	n := auth.NewUser{Username: "ana", Password: goodPassword}
	if err := s.Begin(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Register(t.Context(), n, linkTo); err != nil {
		t.Fatal(err)
	}
	want := []heard{{"hook", models.EventPreRegistered, "ana"}, {"webhook", models.EventPreRegistered, "ana"},
		{"webhook", models.EventPostRegistered, "ana"}, {"hook", models.EventPostRegistered, "ana"}}
	if got := l.take(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	l.act = func(context.Context, models.Event) error { return auth.ErrRefused }
	if err := s.Begin(t.Context(), n); !errors.Is(err, auth.ErrRefused) {
		t.Errorf("a hook that refuses: %v", err)
	}
}
