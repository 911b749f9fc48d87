package auth_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watchword/auth"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/models/gormstore/gormtest"
)

// inParallel calls do from n goroutines at once.
func inParallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

// ofBothKinds runs test with signed keys and with stored ones, on both databases.
func ofBothKinds(t *testing.T, test func(t *testing.T, s *signups)) {
	for name, hmac := range map[string]bool{"signed": true, "stored": false} {
		t.Run(name, func(t *testing.T) {
			gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
				cfg := exactSignups()
				cfg.verification.HMAC = hmac
				test(t, newSignups(t, cfg, store))
			})
		})
	}
}

func TestAKeyProvesAnAddressOnce(t *testing.T) {
	ofBothKinds(t, func(t *testing.T, s *signups) {
		s.signUp(t, "ana", "ana@example.com")
		key := s.key(t)
		if a, err := s.verifications.Open(t.Context(), key); err != nil || a.Email != "ana@example.com" {
			t.Errorf("Open = %+v, %v", a, err)
		}
		var won atomic.Int32
		inParallel(8, func(int) {
			switch err := s.verifications.Confirm(t.Context(), key); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, auth.ErrLinkInvalid):
				t.Errorf("Confirm: %v", err)
			}
		})
		if won.Load() != 1 {
			t.Errorf("%d succeeded, want 1", won.Load())
		}
		if _, err := s.verifications.Open(t.Context(), key); !errors.Is(err, auth.ErrLinkInvalid) {
			t.Errorf("Open afterwards: %v, want ErrLinkInvalid", err)
		}
	})
}

func TestAKeyEnds(t *testing.T) {
	ofBothKinds(t, func(t *testing.T, s *signups) {
		s.signUp(t, "ana", "ana@example.com")
		key := s.key(t)
		s.at = now.Add(3*24*time.Hour + time.Second)
		if err := s.verifications.Confirm(t.Context(), key); !errors.Is(err, auth.ErrLinkInvalid) {
			t.Errorf("Confirm: %v, want ErrLinkInvalid", err)
		}
		if _, err := s.verifications.Sweep(t.Context(), s.at, 10); err != nil {
			t.Error(err)
		}
	})
}

func TestKeysThatAreNoneAreRefused(t *testing.T) {
	ofBothKinds(t, func(t *testing.T, s *signups) {
		s.signUp(t, "ana", "ana@example.com")
		good := s.key(t)
		for _, key := range []string{"", "x", "::", "é:é:é", good + "x", good[1:], strings.Repeat("a", 64), strings.Repeat("a", 70000),
			"nul\x00", "\xff"} {
			if err := s.verifications.Confirm(t.Context(), key); !errors.Is(err, auth.ErrLinkInvalid) {
				t.Errorf("Confirm(%.80q): %v, want ErrLinkInvalid", key, err)
			}
		}
		if err := s.verifications.Confirm(t.Context(), good); err != nil {
			t.Errorf("the good one afterwards: %v", err)
		}
	})
}

func TestOneKindOfKeysIsNotTakenForTheOther(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	signed := newSignups(t, cfg, store)
	cfg.verification.HMAC = false
	stored := newSignups(t, cfg, store)
	signed.signUp(t, "ana", "ana@example.com")
	stored.signUp(t, "bob", "bob@example.com")
	if err := stored.verifications.Confirm(t.Context(), signed.key(t)); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("a signed key: %v, want ErrLinkInvalid", err)
	}
	if err := signed.verifications.Confirm(t.Context(), stored.key(t)); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("a stored key: %v, want ErrLinkInvalid", err)
	}
	if err := stored.verifications.Confirm(t.Context(), strings.ToUpper(stored.key(t))); err != nil {
		t.Errorf("a stored key in capitals: %v", err)
	}
}

func TestAStoredKeyThatWasNeverSentIsNoGood(t *testing.T) {
	_, store := newService(t)
	cfg := exactSignups()
	cfg.verification.HMAC = false
	s := newSignups(t, cfg, store)
	s.signUp(t, "ana", "ana@example.com")
	a, err := store.FirstEmailAddress(t.Context(), "ana@example.com")
	if err != nil {
		t.Fatal(err)
	}
	unsent := models.EmailConfirmation{EmailAddressID: a.ID, Created: now, Key: strings.Repeat("u", 64)}
	if err := store.CreateEmailConfirmation(t.Context(), &unsent); err != nil {
		t.Fatal(err)
	}
	if err := s.verifications.Confirm(t.Context(), unsent.Key); !errors.Is(err, auth.ErrLinkInvalid) {
		t.Errorf("got %v, want ErrLinkInvalid", err)
	}
}

func TestAnAddressIsWhoseProvedItFirst(t *testing.T) {
	_, store := newService(t)
	s := newSignups(t, exactSignups(), store)
	s.signUp(t, "slow", "shared@example.com")
	slow := s.key(t)
	s.verified(t, "fast", "shared@example.com")
	if err := s.verifications.Confirm(t.Context(), slow); !errors.Is(err, auth.ErrEmailTaken) {
		t.Errorf("got %v, want ErrEmailTaken", err)
	}
}

func TestALinkIsSentOnceMoreToWhoHasNotProvedTheAddress(t *testing.T) {
	_, store := newService(t)
	s := newSignups(t, exactSignups(), store)
	s.verified(t, "done", "done@example.com")
	s.signUp(t, "ana", "ana@example.com")
	s.box.mails = nil
	for _, address := range []string{"done@example.com", "ANA@example.com", "nobody@example.com", "", "nul\x00", "\xff"} {
		if err := s.verifications.Resend(t.Context(), address, linkTo); err != nil {
			t.Errorf("Resend(%q): %v", address, err)
		}
	}
	s.wantMails(t)
	for range 2 {
		if err := s.verifications.Resend(t.Context(), "ana@example.com", linkTo); err != nil {
			t.Fatal(err)
		}
	}
	s.wantMails(t, "ana@example.com"+confirmSubject, "ana@example.com"+confirmSubject)
	if err := s.verifications.Confirm(t.Context(), s.key(t)); err != nil {
		t.Errorf("the key of the last one: %v", err)
	}
}

func TestAnAddressGetsOneMailInThreeMinutesWhereMailsAreBounded(t *testing.T) {
	gormtest.Each(t, func(t *testing.T, store *gormstore.Store) {
		s := newSignups(t, safeSignups(), store)
		s.signUp(t, "ana", "ana@example.com")
		s.signUp(t, "bea", "ana@example.com")
		resend := func() {
			t.Helper()
			if err := s.verifications.Resend(t.Context(), "ana@example.com", linkTo); err != nil {
				t.Error(err)
			}
		}
		inParallel(8, func(int) { resend() })
		s.wantMails(t, "ana@example.com"+confirmSubject, "ana@example.com"+confirmSubject) // to register, and once more
		s.at = now.Add(3 * time.Minute)
		resend()
		if len(s.box.mails) != 3 {
			t.Errorf("three minutes later: %q", s.mails())
		}
	})
}

func TestRatesAreDjangoAllauths(t *testing.T) {
	for text, want := range map[string]time.Duration{"1/3m/key": 3 * time.Minute, "1/180s/key": 3 * time.Minute, "5/m": 12 * time.Second,
		"2/h/key": 30 * time.Minute, "1/d/key": 24 * time.Hour} {
		var got auth.Rate
		if err := got.UnmarshalText([]byte(text)); err != nil || got.Every != want {
			t.Errorf("%s: %v, %v; want %v", text, got.Every, err, want)
		}
	}
	for _, text := range []string{"", "1", "0/m", "1/3m/ip", "1/m/key,2/h/key", "1/fortnight", "-1/m"} {
		var r auth.Rate
		if err := r.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for %v", text, r.Every)
		}
	}
}
