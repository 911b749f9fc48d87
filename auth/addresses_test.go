package auth_test

import (
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/auth"
	"watchword/auth/password"
	"watchword/auth/signing"
	"watchword/email"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// addressWorld is addresses and what is around them.
type addressWorld struct {
	*auth.Addresses
	*signups
	changes *auth.EmailChanges
	core    *auth.Service
	ended   *ended
}

func newAddresses(t *testing.T, store *gormstore.Store, change func(*signupConfig, *auth.AddressConfig)) *addressWorld {
	t.Helper()
	cfg, own := safeSignups(), auth.DefaultAddressConfig()
	cfg.verification.Rates.ConfirmEmail = auth.Rate{}
	change(&cfg, &own)
	w := &addressWorld{signups: newSignups(t, cfg, store), ended: &ended{}}
	clock := func() time.Time { return w.at }
	registry, err := password.NewRegistry(cheap())
	mustBe(t, err)
	cfg.core.Now = clock
	w.core = auth.New(cfg.core, auth.Deps{Store: store, Passwords: registry, Logins: []auth.Logins{w.ended}})
	templates, err := email.NewTemplates(email.Config{From: "site@example.org"})
	mustBe(t, err)
	own.Now, own.Keys, own.Signup = clock, signing.Config{SecretKey: "a secret key"}, cfg.signup
	w.changes = auth.NewEmailChanges(own, auth.EmailChangeDeps{Service: w.core, Store: store, Mailer: w.box, Templates: templates})
	w.Addresses = auth.NewAddresses(own, w.core, store, w.verifications, w.changes)
	return w
}

func asTheyAre(*signupConfig, *auth.AddressConfig) {}

// undoTo is where links lead that take a change back.
func undoTo(key string) string { return "https://example.org/undo/" + key + "/" }

// undoKey is that of the link in the newest mail, or "".
func (w *addressWorld) undoKey(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`https://example\.org/undo/([-:\w]+)/`).FindStringSubmatch(w.box.last(t).Text)
	if found == nil {
		return ""
	}
	return found[1]
}

// wantList checks the addresses of u: with + for proved and * for primary.
func (w *addressWorld) wantList(t *testing.T, u *models.User, want ...string) {
	t.Helper()
	stored, err := w.store.UserBy(t.Context(), models.UserFieldID, string(u.ID))
	mustBe(t, err)
	list, err := w.List(t.Context(), stored)
	mustBe(t, err)
	var got []string
	for _, a := range list {
		mark := ""
		if a.Verified {
			mark += "+"
		}
		if a.Primary {
			mark += "*"
			if a.Email != stored.Email {
				t.Errorf("auth_user has %s, and %s is the primary one", stored.Email, a.Email)
			}
		}
		got = append(got, a.Email+mark)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// prove adds an address and proves it.
func (w *addressWorld) prove(t *testing.T, u *models.User, address string) {
	t.Helper()
	mustBe(t, w.Add(t.Context(), u, address, linkTo))
	mustBe(t, w.verifications.Confirm(t.Context(), w.key(t)))
	w.box.mails = nil
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestAnAddressIsAddedProvedAndPreferred(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		w := newAddresses(t, store, asTheyAre)
		u := w.verified(t, "ana", "old@example.com")
		mustBe(t, w.Add(t.Context(), u, "New@Example.com", linkTo))
		w.wantList(t, u, "old@example.com+*", "new@example.com")
		wantErr(t, "preferring it before it is proved", w.MakePrimary(t.Context(), u, "new@example.com", undoTo), auth.ErrEmailNotVerified)
		mustBe(t, w.Add(t.Context(), u, "new@example.com", linkTo)) // the link once more
		mustBe(t, w.verifications.Confirm(t.Context(), w.key(t)))
		wantErr(t, "adding it again", w.Add(t.Context(), u, "NEW@example.com", linkTo), auth.ErrAddressKnown)
		w.box.mails = nil
		mustBe(t, w.MakePrimary(t.Context(), u, "new@example.com", undoTo))
		w.wantList(t, u, "old@example.com+", "new@example.com+*")
		w.wantMails(t, "old@example.com: Your e-mail address was changed")
		mustBe(t, w.MakePrimary(t.Context(), u, "new@example.com", undoTo))
		wantErr(t, "removing the primary one", w.Remove(t.Context(), u, "new@example.com", undoTo), auth.ErrPrimaryAddress)
		mustBe(t, w.Remove(t.Context(), u, "old@example.com", undoTo))
		w.wantList(t, u, "new@example.com+*")
		w.wantMails(t, "old@example.com: Your e-mail address was changed", "old@example.com: An e-mail address was removed")
		for _, none := range []string{"old@example.com", "", "x", "new@example.com\x00"} {
			wantErr(t, "preferring "+none, w.MakePrimary(t.Context(), u, none, undoTo), auth.ErrAddressUnknown)
			wantErr(t, "removing "+none, w.Remove(t.Context(), u, none, undoTo), auth.ErrAddressUnknown)
		}
		wantErr(t, "adding no address", w.Add(t.Context(), u, "no address", linkTo), auth.ErrMailRefused)
	})
}

func TestWhoAddsAnAddressOfSomebodyElseIsNotTold(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	w.verified(t, "owner", "owner@example.com")
	u := w.verified(t, "ana", "ana@example.com")
	for range 2 {
		mustBe(t, w.Add(t.Context(), u, "owner@example.com", linkTo))
		w.wantList(t, u, "ana@example.com+*", "owner@example.com")
	}
	w.wantMails(t, "owner@example.com: Somebody has given your address", "owner@example.com: Somebody has given your address")
	wantErr(t, "preferring it", w.MakePrimary(t.Context(), u, "owner@example.com", undoTo), auth.ErrEmailNotVerified)

	telling := newAddresses(t, store, func(c *signupConfig, _ *auth.AddressConfig) { c.signup = auth.ExactSignupConfig() })
	wantErr(t, "where it is told", telling.Add(t.Context(), u, "owner@example.com", linkTo), auth.ErrEmailTaken)
}

func TestAnAddressInAuthUserOnlyIsOneOfTheUsers(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	u, err := w.core.CreateUser(t.Context(), auth.NewUser{Username: "django", Email: "Made@example.com", Password: "x"})
	mustBe(t, err)
	w.wantList(t, u, "Made@example.com*")
	w.prove(t, u, "new@example.com")
	w.wantList(t, u, "made@example.com*", "new@example.com+")
	mustBe(t, w.MakePrimary(t.Context(), u, "new@example.com", undoTo))
	w.wantList(t, u, "made@example.com", "new@example.com+*")
	if key := w.undoKey(t); key != "" || !strings.Contains(w.box.last(t).Text, "tell those who run") {
		t.Errorf("an address that was never proved gets a link: %s", w.box.last(t).Text)
	}
}

func TestHowManyAddressesAUserHas(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, func(_ *signupConfig, own *auth.AddressConfig) { own.Max = 2 })
	u := w.verified(t, "ana", "1@example.com")
	var added atomic.Int32
	inParallel(8, func(i int) {
		switch err := w.Add(t.Context(), &models.User{ID: u.ID, Username: u.Username}, []string{"2@example.com", "3@example.com"}[i%2], linkTo); {
		case err == nil:
			added.Add(1)
		case !errors.Is(err, auth.ErrTooManyAddresses):
			t.Error(err)
		}
	})
	if list, err := store.OwnAddresses(t.Context(), u.ID); err != nil || len(list) != 2 || added.Load() != 4 {
		t.Errorf("%v, %v after %d were added", list, err, added.Load())
	}
}

func TestTheLastAddressGoesWhereNoneIsNeeded(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*signupConfig, *auth.AddressConfig)
		want   error
	}{
		"nothing needs one":   {asTheyAre, nil},
		"an account has one":  {func(c *signupConfig, _ *auth.AddressConfig) { c.signup.EmailRequired = true }, auth.ErrLastAddress},
		"people log in by it": {func(c *signupConfig, _ *auth.AddressConfig) { c.core.Method = auth.ByEmail }, auth.ErrLastAddress},
		"it has to be proved": {func(c *signupConfig, _ *auth.AddressConfig) {
			c.core.EmailVerification = auth.VerificationMandatory
		}, auth.ErrLastAddress},
	} {
		t.Run(name, func(t *testing.T) {
			_, store := newService(t)
			w := newAddresses(t, store, test.change)
			u := w.verified(t, "ana", "only@example.com")
			wantErr(t, "Remove", w.Remove(t.Context(), u, "only@example.com", undoTo), test.want)
			if test.want == nil {
				w.wantList(t, u)
				w.wantMails(t, "only@example.com: Your e-mail address was changed")
				if w.undoKey(t) == "" {
					t.Error("nothing takes it back")
				}
			}
		})
	}
}

func TestAChangeIsTakenBackOnceAndShutsEverybodyOut(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		w := newAddresses(t, store, asTheyAre)
		u := w.verified(t, "ana", "mine@example.com")
		w.prove(t, u, "thief@example.com")
		mustBe(t, w.MakePrimary(t.Context(), u, "thief@example.com", undoTo))
		key := w.undoKey(t)
		w.prove(t, u, "thief2@example.com")
		mustBe(t, w.MakePrimary(t.Context(), u, "thief2@example.com", undoTo))
		theirs := w.undoKey(t)
		if c, err := w.changes.Open(t.Context(), key); err != nil || c.Email != "mine@example.com" {
			t.Errorf("Open = %+v, %v", c, err)
		}
		for _, bad := range []string{"", "x", key + "x", "a:b:c", strings.Repeat("a", 70000)} {
			_, err := w.changes.Undo(t.Context(), bad)
			wantErr(t, "a forged key", err, auth.ErrLinkInvalid)
		}
		var won atomic.Int32
		inParallel(8, func(int) {
			switch _, err := w.changes.Undo(t.Context(), key); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, auth.ErrLinkInvalid):
				t.Error(err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d took it back, want 1", won.Load())
		}
		w.wantList(t, u, "mine@example.com+*")
		if len(w.ended.all) != 1 || w.ended.all[0] != u.ID {
			t.Errorf("logins of %v were ended", w.ended.all)
		}
		stored, err := store.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		mustBe(t, err)
		if password.Usable(stored.Password) || !stored.IsActive {
			t.Errorf("got %+v, want no password", stored)
		}
		for _, used := range []string{key, theirs} {
			_, err := w.changes.Open(t.Context(), used)
			wantErr(t, "a used key, or one from after it", err, auth.ErrLinkInvalid)
		}
	})
}

func TestALinkThatTakesAChangeBackEnds(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	u := w.verified(t, "ana", "mine@example.com")
	w.prove(t, u, "new@example.com")
	mustBe(t, w.MakePrimary(t.Context(), u, "new@example.com", undoTo))
	key := w.undoKey(t)
	w.at = w.at.Add(auth.DefaultAddressConfig().UndoTimeout + time.Second)
	_, err := w.changes.Undo(t.Context(), key)
	wantErr(t, "Undo", err, auth.ErrLinkInvalid)
	if n, err := w.changes.Sweep(t.Context(), w.at, 10); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
}

func TestWhoIsDisabledMeanwhileStaysSo(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	u := w.verified(t, "ana", "mine@example.com")
	w.prove(t, u, "new@example.com")
	mustBe(t, w.MakePrimary(t.Context(), u, "new@example.com", undoTo))
	key := w.undoKey(t)
	mustBe(t, w.core.Deactivate(t.Context(), u, true))
	if got, err := w.changes.Undo(t.Context(), key); err != nil || got.IsActive {
		t.Errorf("Undo = %+v, %v; want who is disabled", got, err)
	}
}
