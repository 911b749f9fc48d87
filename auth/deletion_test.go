package auth_test

import (
	"errors"
	"log/slog"
	"regexp"
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

// newDeletions returns deletions over w's core, store and mails.
func newDeletions(t *testing.T, w *addressWorld, grace time.Duration) *auth.Deletions {
	t.Helper()
	templates, err := email.NewTemplates(email.Config{From: "site@example.org"})
	mustBe(t, err)
	cfg := auth.DeletionConfig{GracePeriod: grace, Keys: signing.Config{SecretKey: "a secret key"}, Now: func() time.Time { return w.at }}
	return auth.NewDeletions(cfg, auth.DeletionDeps{Service: w.core, Store: w.store, Mailer: w.box, Templates: templates,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

// keepTo is where links lead that keep an account.
func keepTo(key string) string { return "https://example.org/keep/" + key + "/" }

func (w *addressWorld) keepKey(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`https://example\.org/keep/([-:\w]+)/`).FindStringSubmatch(w.box.last(t).Text)
	if found == nil {
		t.Fatalf("no link in %q", w.box.last(t).Text)
	}
	return found[1]
}

func TestAnAccountIsDisabledKeptAndDeleted(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		w := newAddresses(t, store, asTheyAre)
		d := newDeletions(t, w, 24*time.Hour)
		u := w.verified(t, "ana", "ana@example.com")
		due, err := d.Request(t.Context(), u, keepTo)
		mustBe(t, err)
		if want := w.at.Add(24 * time.Hour); !due.Equal(want) || len(w.ended.all) != 1 {
			t.Errorf("due %v, want %v; logins of %v ended", due, want, w.ended.all)
		}
		key := w.keepKey(t)
		var won atomic.Int32
		inParallel(8, func(int) {
			switch got, err := d.Undo(t.Context(), key); {
			case err == nil && got.IsActive:
				won.Add(1)
			case !errors.Is(err, auth.ErrLinkInvalid):
				t.Errorf("Undo = %+v, %v", got, err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d kept it, want 1", won.Load())
		}
		_, err = d.Request(t.Context(), u, keepTo)
		mustBe(t, err)
		_, err = d.Request(t.Context(), u, keepTo)
		wantErr(t, "asking once more", err, models.ErrNotFound)
		if n, err := d.Sweep(t.Context(), w.at, 10); n != 0 || err != nil {
			t.Errorf("Sweep before = %d, %v; want 0", n, err)
		}
		w.at = w.at.Add(24 * time.Hour)
		_, err = d.Undo(t.Context(), w.keepKey(t))
		wantErr(t, "too late", err, auth.ErrLinkInvalid)
		if n, err := d.Sweep(t.Context(), w.at, 10); n != 1 || err != nil {
			t.Errorf("Sweep = %d, %v; want 1", n, err)
		}
		_, err = store.UserBy(t.Context(), models.UserFieldUsername, "ana")
		wantErr(t, "the user afterwards", err, models.ErrNotFound)
	})
}

func TestNobodyGetsAnAccountBackThatSomebodyDisabled(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	d := newDeletions(t, w, time.Hour)
	u := w.verified(t, "ana", "ana@example.com")
	_, err := d.Request(t.Context(), u, keepTo)
	mustBe(t, err)
	mustBe(t, w.core.Deactivate(t.Context(), u, true))
	_, err = d.Undo(t.Context(), w.keepKey(t))
	wantErr(t, "Undo", err, auth.ErrLinkInvalid)
}

func TestWhoTakesAChangeOfAddressBackKeepsTheAccount(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	d := newDeletions(t, w, time.Hour)
	u := w.verified(t, "ana", "mine@example.com")
	w.prove(t, u, "thief@example.com")
	mustBe(t, w.MakePrimary(t.Context(), u, "thief@example.com", undoTo))
	key := w.undoKey(t)
	_, err := d.Request(t.Context(), u, keepTo)
	mustBe(t, err)
	if got, err := w.changes.Undo(t.Context(), key); err != nil || !got.IsActive {
		t.Errorf("Undo = %+v, %v; want who is active", got, err)
	}
	if n, err := d.Sweep(t.Context(), w.at.Add(2*time.Hour), 10); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v; want 0", n, err)
	}
}

func TestWithoutAGracePeriodAnAccountIsGoneAtOnce(t *testing.T) {
	_, store := newService(t)
	w := newAddresses(t, store, asTheyAre)
	u := w.verified(t, "ana", "ana@example.com")
	_, err := newDeletions(t, w, 0).Request(t.Context(), u, keepTo)
	mustBe(t, err)
	_, err = store.UserBy(t.Context(), models.UserFieldUsername, "ana")
	wantErr(t, "the user afterwards", err, models.ErrNotFound)
	if len(w.ended.all) != 1 {
		t.Errorf("logins of %v ended", w.ended.all)
	}
}
