package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/schemes"
)

// postbox keeps what was promised to be sent.
type postbox struct{ mails, pretended []email.Message }

// Pretend notes what was not sent.
func (p *postbox) Pretend(_ context.Context, m email.Message) error {
	p.pretended = append(p.pretended, m)
	return nil
}

func (p *postbox) Enqueue(_ context.Context, m email.Message) error {
	if err := m.Validate(); err != nil {
		return err
	}
	p.mails = append(p.mails, m)
	return nil
}

// ended remembers whose logins were ended.
type ended struct{ all, others []models.UserID }

func (e *ended) RevokeAll(_ context.Context, user models.UserID) error {
	e.all = append(e.all, user)
	return nil
}

func (e *ended) RevokeOthers(_ context.Context, id schemes.Identity) error {
	e.others = append(e.others, id.User.ID)
	return nil
}

// resetWorld is resets and what is around them.
type resetWorld struct {
	*auth.Resets
	t       *testing.T
	core    *auth.Service
	store   *gormstore.Store
	box     *postbox
	ended   *ended
	clock   *time.Time
	secrets signing.Config
}

func newResets(t *testing.T, cfg auth.ResetConfig, change func(*auth.Config)) *resetWorld {
	t.Helper()
	_, store := newService(t)
	moment := now
	w := &resetWorld{t: t, store: store, box: &postbox{}, ended: &ended{}, clock: &moment}
	registry, err := password.NewRegistry(cheap())
	mustBe(t, err)
	validators, err := password.NewValidators(password.DefaultValidators())
	mustBe(t, err)
	core := auth.DefaultConfig()
	change(&core)
	w.core = auth.New(core, auth.Deps{Store: store, Passwords: registry, Validators: validators,
		Logins: []auth.Logins{w.ended}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	w.secrets = signing.Config{SecretKey: "secret", Now: func() time.Time { return *w.clock }}
	w.Resets = w.with(cfg)
	return w
}

// with returns other resets in the same world.
func (w *resetWorld) with(cfg auth.ResetConfig) *auth.Resets {
	w.t.Helper()
	tokens, err := signing.NewResetTokens(w.secrets, signing.DefaultResetConfig())
	mustBe(w.t, err)
	return auth.NewResets(cfg, auth.ResetDeps{Accounts: w.core, Store: w.store, Tokens: tokens, Mailer: w.box})
}

func mustBe(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func unchanged(*auth.Config) {}

// user adds a user with an address.
func (w *resetWorld) user(name, address string) *models.User {
	w.t.Helper()
	u, err := w.core.CreateUser(w.t.Context(), auth.NewUser{Username: name, Email: address, Password: "Old-pass-of-" + name})
	mustBe(w.t, err)
	return u
}

// row adds a user as they come from elsewhere.
func (w *resetWorld) row(u models.User) *models.User {
	w.t.Helper()
	u.DateJoined = now
	mustBe(w.t, w.store.CreateUser(w.t.Context(), &u))
	return &u
}

// letter is a mail whose text is the link.
func letter(u *models.User, link auth.ResetLink) (email.Message, error) {
	return email.Message{ID: email.NewID("a@example.com"), From: "a@example.com", Subject: u.Username, Date: now,
		Text: link.UID + " " + link.Token}, nil
}

// asked returns who is mailed for an address: user names and addresses.
func (w *resetWorld) asked(r *auth.Resets, address string) []string {
	w.t.Helper()
	w.box.mails = nil
	mustBe(w.t, r.Request(w.t.Context(), address, letter))
	var to []string
	for _, m := range w.box.mails {
		to = append(to, m.Subject+" "+m.To)
	}
	slices.Sort(to)
	return to
}

func TestResetsAreMailedByTheRulesOfThePackage(t *testing.T) {
	w := newResets(t, auth.ExactResetConfig(), unchanged)
	alice := w.user("alice", "alice@example.com")
	addEmail(t, w.store, alice, "second@example.com", false)
	w.user("mixed", "Mixed@example.com")
	w.user("ascii", "kim@example.com")
	w.user("twin", "alice@example.com")
	w.row(models.User{Username: "bob", Email: "bob@example.com", Password: "md5$x$y"})
	w.row(models.User{Username: "erin", Email: "erin@example.com", Password: "!abc", IsActive: true})
	django := auth.ExactResetConfig()
	django.Allauth = false
	safe := auth.DefaultResetConfig()
	for _, tt := range []struct {
		name    string
		cfg     auth.ResetConfig
		address string
		want    []string
	}{
		{"both who claim an address", auth.ExactResetConfig(), "alice@example.com", []string{"alice alice@example.com", "twin alice@example.com"}},
		{"as it was typed", auth.ExactResetConfig(), "Second@Example.com", []string{"alice Second@Example.com"}},
		{"as it is stored", safe, "Second@Example.com", []string{"alice second@example.com"}},
		{"disabled users none", auth.ExactResetConfig(), "bob@example.com", nil},
		{"users without a password", auth.ExactResetConfig(), "erin@example.com", []string{"erin erin@example.com"}},
		{"a capital in auth_user is not found by allauth", auth.ExactResetConfig(), "mixed@example.com", nil},
		{"a letter that is ours in another alphabet only", auth.ExactResetConfig(), "\u212Aim@example.com", []string{"ascii kim@example.com"}},
		{"nobody", auth.ExactResetConfig(), "nobody@example.com", nil},
		{"no address", auth.ExactResetConfig(), "", nil},
		{"Django: in any case, to the stored one", django, "mixed@EXAMPLE.com", []string{"mixed Mixed@example.com"}},
		{"Django: further addresses none", django, "second@example.com", nil},
		{"Django: disabled users none", django, "bob@example.com", nil},
		{"Django: users without a password none", django, "erin@example.com", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, w.asked(w.with(tt.cfg), tt.address)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAskingForNobodyDoesTheWorkOfAMail(t *testing.T) {
	for _, allauth := range []bool{true, false} {
		w := newResets(t, auth.ResetConfig{Allauth: allauth}, unchanged)
		w.row(models.User{Username: "bob", Email: "bob@example.com", Password: "md5$x$y"})
		for _, address := range []string{"nobody@example.com", "bob@example.com"} {
			mustBe(t, w.Request(t.Context(), address, letter))
		}
		if len(w.box.mails) != 0 || len(w.box.pretended) != 2 {
			t.Errorf("allauth %v: %d mails and %d pretended, want 0 and 2", allauth, len(w.box.mails), len(w.box.pretended))
		}
	}
}

func TestAskingForAResetNotesTheAddressOfTheUser(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	u := w.user("alice", "alice@example.com")
	for range 2 {
		mustBe(t, w.Request(t.Context(), "alice@example.com", letter))
	}
	got, err := w.store.EmailAddresses(t.Context(), u.ID)
	if diff := cmp.Diff([]string{"alice@example.com"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAUserWithoutAddressGetsNoMail(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	mustBe(t, w.Send(t.Context(), w.user("dave", ""), letter))
	mustBe(t, w.Send(t.Context(), w.user("odd", "no address"), letter))
	mustBe(t, w.Send(t.Context(), w.user("erin", "erin@example.com"), letter))
	if len(w.box.mails) != 1 || w.box.mails[0].To != "erin@example.com" {
		t.Errorf("got %+v, want the one to erin", w.box.mails)
	}
}

func TestALinkOpensUntilItIsUsed(t *testing.T) {
	for _, allauth := range []bool{true, false} {
		t.Run(fmt.Sprintf("allauth %v", allauth), func(t *testing.T) {
			cfg := auth.DefaultResetConfig()
			cfg.Allauth = allauth
			w := newResets(t, cfg, unchanged)
			u := w.user("alice", "alice@example.com")
			link, err := w.Link(t.Context(), u)
			mustBe(t, err)
			other, err := w.Link(t.Context(), u)
			mustBe(t, err)
			opened, err := w.Open(t.Context(), link)
			if err != nil || opened.ID != u.ID {
				t.Fatalf("Open = %v, %v", opened, err)
			}
			var weak *auth.WeakPassword
			if err := w.Reset(t.Context(), opened, link.Token, "alice1"); !errors.As(err, &weak) {
				t.Fatalf("a weak password: %v", err)
			}
			mustBe(t, w.Reset(t.Context(), opened, link.Token, "Fresh-word-77"))
			if ok, err := w.core.CheckPassword(t.Context(), opened, "Fresh-word-77"); !ok || err != nil {
				t.Errorf("the new password opens: %v, %v", ok, err)
			}
			for _, used := range []auth.ResetLink{link, other} {
				if _, err := w.Open(t.Context(), used); !errors.Is(err, auth.ErrLinkInvalid) {
					t.Errorf("after its use: %v", err)
				}
			}
			if err := w.Reset(t.Context(), u, link.Token, "Fresh-word-78"); !errors.Is(err, auth.ErrLinkInvalid) {
				t.Errorf("by who read the user before: %v", err)
			}
			if diff := cmp.Diff(&ended{all: []models.UserID{u.ID}}, w.ended, cmp.AllowUnexported(ended{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestALinkEndsWhenWhatItIsBoundToChanges(t *testing.T) {
	for name, change := range map[string]func(w *resetWorld, u *models.User){
		"login":       func(w *resetWorld, u *models.User) { mustBe(w.t, w.store.SetLastLogin(w.t.Context(), u.ID, now)) },
		"new address": func(w *resetWorld, u *models.User) { addEmail(w.t, w.store, u, "new@example.com", false) },
		"password":    func(w *resetWorld, u *models.User) { mustBe(w.t, w.core.SetPassword(w.t.Context(), u, "another")) },
		"time":        func(w *resetWorld, _ *models.User) { *w.clock = w.clock.Add(time.Hour + time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := auth.DefaultResetConfig()
			cfg.AnyLink = false
			w := newResets(t, cfg, unchanged)
			u := w.user("alice", "alice@example.com")
			link, err := w.Link(t.Context(), u)
			mustBe(t, err)
			before := *u
			change(w, u)
			if _, err := w.Open(t.Context(), link); !errors.Is(err, auth.ErrLinkInvalid) {
				t.Errorf("Open: %v", err)
			}
			if err := w.Reset(t.Context(), &before, link.Token, "Fresh-word-77"); !errors.Is(err, auth.ErrLinkInvalid) {
				t.Errorf("Reset by who read the user before: %v", err)
			}
			stored, err := w.store.UserBy(t.Context(), models.UserFieldID, string(u.ID))
			if mustBe(t, err); stored.Password != u.Password {
				t.Error("the password was changed")
			}
		})
	}
}

func TestLinksOfBothPackagesOpenWhereTheyMay(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	u := w.user("alice", "alice@example.com")
	addEmail(t, w.store, u, "second@example.com", true)
	for _, made := range []bool{true, false} {
		link, err := w.with(auth.ResetConfig{Allauth: made}).Link(t.Context(), u)
		mustBe(t, err)
		for _, read := range []bool{true, false} {
			if _, err := w.with(auth.ResetConfig{Allauth: read, AnyLink: true}).Open(t.Context(), link); err != nil {
				t.Errorf("made by allauth %v, read by allauth %v, any link: %v", made, read, err)
			}
			_, err := w.with(auth.ResetConfig{Allauth: read}).Open(t.Context(), link)
			if want := made == read; (err == nil) != want {
				t.Errorf("made by allauth %v, read by allauth %v: %v", made, read, err)
			}
		}
	}
}

func TestUIDsThatNameNobodyAreToldOnlyWhereTheyMay(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	u := w.user("alice", "alice@example.com")
	link, err := w.Link(t.Context(), u)
	mustBe(t, err)
	for _, tt := range []struct {
		name, uid   string
		safe, exact error
	}{
		{"canonical", link.UID, nil, nil},
		{"leading zeros", "00" + link.UID, auth.ErrLinkInvalid, nil},
		{"unknown", "zz", auth.ErrLinkInvalid, auth.ErrUnknownUID},
		{"too long", "00000000000001", auth.ErrLinkInvalid, auth.ErrUnknownUID},
		{"negative", "-1", auth.ErrLinkInvalid, auth.ErrUnknownUID},
		{"no uid", "", auth.ErrLinkInvalid, auth.ErrUnknownUID},
		{"not ASCII", "ü", auth.ErrLinkInvalid, auth.ErrUnknownUID},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for cfg, want := range map[auth.ResetConfig]error{auth.DefaultResetConfig(): tt.safe, auth.ExactResetConfig(): tt.exact} {
				if _, err := w.with(cfg).Open(t.Context(), auth.ResetLink{UID: tt.uid, Token: link.Token}); !errors.Is(err, want) {
					t.Errorf("%+v: got %v, want %v", cfg, err, want)
				}
			}
		})
	}
	bad := auth.ResetLink{UID: link.UID, Token: strings.Repeat("a", 6) + "-" + strings.Repeat("0", 32)}
	if _, err := w.with(auth.ExactResetConfig()).Open(t.Context(), bad); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("a bad token: %v", err)
	}
}

func TestOfManyResetsAtOnceOneWins(t *testing.T) {
	w := newResets(t, auth.DefaultResetConfig(), unchanged)
	u := w.user("alice", "alice@example.com")
	link, err := w.Link(t.Context(), u)
	mustBe(t, err)
	results := make([]error, 8)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			mine := *u
			results[i] = w.Reset(t.Context(), &mine, link.Token, fmt.Sprintf("Fresh-word-%d", i))
		})
	}
	group.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, auth.ErrLinkInvalid):
			t.Error(err)
		}
	}
	if won != 1 || len(w.ended.all) != 1 {
		t.Errorf("%d resets won and %d ended logins, want 1", won, len(w.ended.all))
	}
}

func TestPasswordsEndLoginsWhereTheyShall(t *testing.T) {
	for _, ends := range []bool{true, false} {
		w := newResets(t, auth.DefaultResetConfig(), func(c *auth.Config) { c.EndLogins = ends })
		u := w.user("alice", "alice@example.com")
		mustBe(t, w.core.ChangePassword(t.Context(), schemes.Identity{User: u}, "Fresh-word-77"))
		mustBe(t, w.core.SetPassword(t.Context(), u, "Fresh-word-78"))
		want := &ended{}
		if ends {
			want = &ended{all: []models.UserID{u.ID}, others: []models.UserID{u.ID}}
		}
		if diff := cmp.Diff(want, w.ended, cmp.AllowUnexported(ended{})); diff != "" {
			t.Errorf("%v: %s", ends, diff)
		}
	}
}
