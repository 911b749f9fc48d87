package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// ownAddressStore keeps the addresses of one user, and which of them is the primary one.
type ownAddressStore interface {
	OwnAddresses(ctx context.Context, user models.UserID) ([]models.EmailAddress, error)
	MakePrimary(ctx context.Context, user models.UserID, address int64) error
	DeleteEmailAddress(ctx context.Context, user models.UserID, address int64) error
}

func ownAddresses(t *testing.T, s Store) {
	t.Run("one address is the primary one, and auth_user holds it", func(t *testing.T) {
		u := newUser(t, s, "mover")
		old, next := claimAddress(t, s, u, u.Email, true), claimAddress(t, s, u, "moved@example.com", false)
		must(t, s.MakePrimary(t.Context(), u.ID, next.ID))
		must(t, s.MakePrimary(t.Context(), u.ID, next.ID))
		old.Primary, next.Primary = false, true
		wantAddresses(t, s, u.ID, *old, *next)
		wantEmail(t, s, u.ID, next.Email)
	})
	t.Run("an address of somebody else is none", func(t *testing.T) {
		u, other := newUser(t, s, "nosy"), newUser(t, s, "owner")
		own, foreign := claimAddress(t, s, u, u.Email, true), claimAddress(t, s, other, other.Email, true)
		for _, id := range []int64{foreign.ID, 0, 1 << 40} {
			if err := s.MakePrimary(t.Context(), u.ID, id); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("MakePrimary(%d) = %v, want ErrNotFound", id, err)
			}
			if err := s.DeleteEmailAddress(t.Context(), u.ID, id); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("DeleteEmailAddress(%d) = %v, want ErrNotFound", id, err)
			}
		}
		wantAddresses(t, s, u.ID, *own)
		wantAddresses(t, s, other.ID, *foreign)
		wantEmail(t, s, u.ID, u.Email)
	})
	t.Run("a deleted address leaves no keys, and auth_user holds a proved one before others", func(t *testing.T) {
		u := newUser(t, s, "remover")
		gone, plain := claimAddress(t, s, u, u.Email, true), claimAddress(t, s, u, "plain@example.com", false)
		proved := &models.EmailAddress{UserID: u.ID, Email: "proved@example.com", Verified: true}
		must(t, s.CreateEmailAddress(t.Context(), proved))
		must(t, s.CreateEmailConfirmation(t.Context(),
			&models.EmailConfirmation{EmailAddressID: gone.ID, Created: moment, Sent: new(moment), Key: "gone"}))
		must(t, s.DeleteEmailAddress(t.Context(), u.ID, gone.ID))
		wantAddresses(t, s, u.ID, *plain, *proved)
		wantEmail(t, s, u.ID, proved.Email)
		must(t, s.DeleteEmailAddress(t.Context(), u.ID, proved.ID))
		must(t, s.DeleteEmailAddress(t.Context(), u.ID, plain.ID))
		wantAddresses(t, s, u.ID)
		wantEmail(t, s, u.ID, "")
	})
	t.Run("of many who make another address the primary one, all leave one", func(t *testing.T) { raceForPrimary(t, s) })
}

func raceForPrimary(t *testing.T, s Store) {
	u := newUser(t, s, "torn")
	list := []*models.EmailAddress{claimAddress(t, s, u, u.Email, true)}
	for _, email := range []string{"torn1@example.com", "torn2@example.com", "torn3@example.com"} {
		list = append(list, claimAddress(t, s, u, email, false))
	}
	parallel(t, func(i int) error { return s.MakePrimary(t.Context(), u.ID, list[i%len(list)].ID) })
	got, err := s.OwnAddresses(t.Context(), u.ID)
	must(t, err)
	var primary []string
	for _, a := range got {
		if a.Primary {
			primary = append(primary, a.Email)
		}
	}
	if len(primary) != 1 {
		t.Fatalf("the primary addresses are %q, want one", primary)
	}
	wantEmail(t, s, u.ID, primary[0])
}

func wantAddresses(t *testing.T, s Store, user models.UserID, want ...models.EmailAddress) {
	t.Helper()
	got, err := s.OwnAddresses(t.Context(), user)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("OwnAddresses (-want +got):\n%s", diff)
	}
}

// wantEmail checks the address in auth_user.
func wantEmail(t *testing.T, s Store, user models.UserID, want string) {
	t.Helper()
	got, err := s.UserBy(t.Context(), models.UserFieldID, string(user))
	must(t, err)
	if got.Email != want {
		t.Errorf("the address in auth_user is %q, want %q", got.Email, want)
	}
}
