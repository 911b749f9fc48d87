package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// addressStore keeps the addresses that users claim, and the keys by which they prove them.
type addressStore interface {
	CreateEmailAddress(ctx context.Context, a *models.EmailAddress) error
	EmailAddress(ctx context.Context, id int64) (*models.EmailAddress, error)
	FirstEmailAddress(ctx context.Context, email string) (*models.EmailAddress, error)
	VerifyEmailAddress(ctx context.Context, id int64) error
	CreateEmailConfirmation(ctx context.Context, c *models.EmailConfirmation) error
	EmailConfirmation(ctx context.Context, key string) (*models.EmailConfirmation, error)
	DeleteExpiredEmailConfirmations(ctx context.Context, sent time.Time, limit int) (int, error)
}

func addresses(t *testing.T, s Store) {
	t.Run("an address is found by its id, and its oldest claim by its text", func(t *testing.T) { findAddresses(t, s) })
	t.Run("an address is proved once, and becomes the primary one of who has none", func(t *testing.T) {
		u := newUser(t, s, "prover")
		first := claimAddress(t, s, u, "first@example.com", false)
		second := claimAddress(t, s, u, "second@example.com", false)
		must(t, s.VerifyEmailAddress(t.Context(), first.ID))
		must(t, s.VerifyEmailAddress(t.Context(), second.ID))
		wantAddress(t, s, models.EmailAddress{ID: first.ID, UserID: u.ID, Email: first.Email, Verified: true, Primary: true})
		wantAddress(t, s, models.EmailAddress{ID: second.ID, UserID: u.ID, Email: second.Email, Verified: true})
		got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		if got.Email != first.Email {
			t.Errorf("the address in auth_user is %q, want the primary one", got.Email)
		}
		if err := s.VerifyEmailAddress(t.Context(), first.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("proving it again: %v, want ErrNotFound", err)
		}
		if err := s.VerifyEmailAddress(t.Context(), 99999); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("proving no address: %v, want ErrNotFound", err)
		}
	})
	t.Run("the primary address of a user stays so, and auth_user keeps it", func(t *testing.T) {
		u := newUser(t, s, "settled")
		claimAddress(t, s, u, u.Email, true)
		other := claimAddress(t, s, u, "other@example.com", false)
		must(t, s.VerifyEmailAddress(t.Context(), other.ID))
		got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		if got.Email != u.Email {
			t.Errorf("the address in auth_user is %q, want %q", got.Email, u.Email)
		}
	})
	t.Run("of many who prove one address, one has it", func(t *testing.T) { raceForAddress(t, s) })
	t.Run("keys of addresses are found, and deleted when they are old", func(t *testing.T) { addressKeys(t, s) })
}

func findAddresses(t *testing.T, s Store) {
	older, newer := newUser(t, s, "older"), newUser(t, s, "newer")
	a, b := claimAddress(t, s, older, "both@example.com", true), claimAddress(t, s, newer, "both@example.com", false)
	wantAddress(t, s, *a)
	wantAddress(t, s, *b)
	got, err := s.FirstEmailAddress(t.Context(), "both@example.com")
	must(t, err)
	if diff := cmp.Diff(a, got); diff != "" {
		t.Errorf("FirstEmailAddress (-want +got):\n%s", diff)
	}
	for _, email := range []string{"Both@example.com", "", "%", "nul\x00", "\xff"} {
		if got, err := s.FirstEmailAddress(t.Context(), email); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("FirstEmailAddress(%q) = %v, %v; want ErrNotFound", email, got, err)
		}
	}
	for _, id := range []int64{0, -1, 1 << 40} {
		if got, err := s.EmailAddress(t.Context(), id); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("EmailAddress(%d) = %v, %v; want ErrNotFound", id, got, err)
		}
	}
	again := models.EmailAddress{UserID: older.ID, Email: "both@example.com"}
	if err := s.CreateEmailAddress(t.Context(), &again); !errors.Is(err, models.ErrConflict) {
		t.Errorf("the same address of the same user again: %v, want ErrConflict", err)
	}
	nobody := models.EmailAddress{UserID: nobody(s), Email: "nobody@example.com"}
	if err := s.CreateEmailAddress(t.Context(), &nobody); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("an address of nobody: %v, want ErrNotFound", err)
	}
}

func raceForAddress(t *testing.T, s Store) {
	for round := range rounds {
		email := fmt.Sprintf("prized%d@example.com", round)
		var claims [callers]*models.EmailAddress
		for i := range claims {
			claims[i] = claimAddress(t, s, newUser(t, s, fmt.Sprintf("rival%dof%d", i, round)), email, true)
		}
		wantOneWinner(t, func(i int) (bool, error) {
			err := s.VerifyEmailAddress(t.Context(), claims[i].ID)
			if errors.Is(err, models.ErrConflict) {
				return false, nil
			}
			return err == nil, err
		})
	}
}

func addressKeys(t *testing.T, s Store) {
	a := claimAddress(t, s, newUser(t, s, "keyed"), "keyed@example.com", true)
	long := moment.Add(-time.Hour)
	for _, c := range []models.EmailConfirmation{
		{EmailAddressID: a.ID, Created: long, Sent: &long, Key: "old"},
		{EmailAddressID: a.ID, Created: moment, Sent: new(moment), Key: "fresh"},
		{EmailAddressID: a.ID, Created: long, Key: "unsent"},
	} {
		must(t, s.CreateEmailConfirmation(t.Context(), &c))
		got, err := s.EmailConfirmation(t.Context(), c.Key)
		must(t, err)
		if diff := cmp.Diff(&c, got); diff != "" {
			t.Errorf("EmailConfirmation(%q) (-want +got):\n%s", c.Key, diff)
		}
		c.ID = 0
		if err := s.CreateEmailConfirmation(t.Context(), &c); !errors.Is(err, models.ErrConflict) {
			t.Errorf("the key %q again: %v, want ErrConflict", c.Key, err)
		}
	}
	if n, err := s.DeleteExpiredEmailConfirmations(t.Context(), moment, 10); err != nil || n != 1 {
		t.Errorf("DeleteExpiredEmailConfirmations = %d, %v; want 1", n, err)
	}
	for key, want := range map[string]error{
		"old": models.ErrNotFound, "fresh": nil, "unsent": nil, "": models.ErrNotFound, "FRESH": models.ErrNotFound,
		"nul\x00": models.ErrNotFound, "\xff": models.ErrNotFound,
	} {
		if _, err := s.EmailConfirmation(t.Context(), key); !errors.Is(err, want) {
			t.Errorf("EmailConfirmation(%q): %v, want %v", key, err, want)
		}
	}
}

// claimAddress gives u an address that is not proved.
func claimAddress(t *testing.T, s Store, u *models.User, email string, primary bool) *models.EmailAddress {
	t.Helper()
	a := &models.EmailAddress{UserID: u.ID, Email: email, Primary: primary}
	must(t, s.CreateEmailAddress(t.Context(), a))
	if a.ID == 0 {
		t.Fatalf("CreateEmailAddress(%q) sets no id", email)
	}
	return a
}

func wantAddress(t *testing.T, s Store, want models.EmailAddress) {
	t.Helper()
	got, err := s.EmailAddress(t.Context(), want.ID)
	must(t, err)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("EmailAddress(%d) (-want +got):\n%s", want.ID, diff)
	}
}
