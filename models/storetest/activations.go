package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// activationStore keeps who has yet to prove their address.
type activationStore interface {
	AwaitActivation(ctx context.Context, p models.PendingActivation) error
	PendingActivation(ctx context.Context, user models.UserID) (*models.PendingActivation, error)
	Activate(ctx context.Context, user models.UserID) (waited bool, err error)
	SetActive(ctx context.Context, user models.UserID, active bool) error
	UsersByEmailFold(ctx context.Context, email string) ([]models.User, error)
}

func activations(t *testing.T, s Store) {
	t.Run("who waits is made active once", func(t *testing.T) {
		u := newPending(t, s, "waiting")
		wantOneWinner(t, func(int) (bool, error) { return s.Activate(t.Context(), u.ID) })
		wantActive(t, s, u.ID, true)
		wantNotPending(t, s, u.ID)
	})
	t.Run("who does not wait is left alone", func(t *testing.T) {
		u := newUser(t, s, "banned")
		must(t, s.SetActive(t.Context(), u.ID, false))
		if waited, err := s.Activate(t.Context(), u.ID); waited || err != nil {
			t.Errorf("Activate = %v, %v; want false", waited, err)
		}
		wantActive(t, s, u.ID, false)
	})
	t.Run("waiting goes on since it began", func(t *testing.T) {
		u := newPending(t, s, "patient")
		must(t, s.AwaitActivation(t.Context(), models.PendingActivation{UserID: u.ID, Since: moment.Add(time.Hour)}))
		got, err := s.PendingActivation(t.Context(), u.ID)
		must(t, err)
		if diff := cmp.Diff(&models.PendingActivation{UserID: u.ID, Since: moment}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("enabling and disabling end the waiting", func(t *testing.T) {
		for _, active := range []bool{true, false} {
			u := newPending(t, s, map[bool]string{true: "enabled", false: "disabled"}[active])
			must(t, s.SetActive(t.Context(), u.ID, active))
			wantActive(t, s, u.ID, active)
			wantNotPending(t, s, u.ID)
		}
	})
	t.Run("who is not there is neither enabled, activated nor awaited", func(t *testing.T) {
		for _, id := range []models.UserID{"", "999999", "no-number"} {
			if err := s.SetActive(t.Context(), id, true); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("SetActive(%q) = %v, want ErrNotFound", id, err)
			}
			if waited, err := s.Activate(t.Context(), id); waited || err != nil {
				t.Errorf("Activate(%q) = %v, %v; want false", id, waited, err)
			}
			must(t, s.AwaitActivation(t.Context(), models.PendingActivation{UserID: id, Since: moment}))
			wantNotPending(t, s, id)
		}
	})
	t.Run("addresses are found in any case", func(t *testing.T) { emailFold(t, s) })
}

func emailFold(t *testing.T, s Store) {
	var ids []models.UserID
	for name, email := range map[string]string{"fold1": "Fold@Example.com", "fold2": "fold@example.com"} {
		u := &models.User{Username: name, Email: email, Password: "!", DateJoined: moment}
		must(t, s.CreateUser(t.Context(), u))
		ids = append(ids, u.ID)
	}
	must(t, s.CreateUser(t.Context(), &models.User{Username: "homeless", Password: "!", DateJoined: moment}))
	for email, want := range map[string]int{
		"FOLD@example.COM": len(ids), "fold": 0, "": 0, "fold@example.com\x00": 0, "f%@example.com": 0,
	} {
		if got, err := s.UsersByEmailFold(t.Context(), email); err != nil || len(got) != want {
			t.Errorf("UsersByEmailFold(%q) = %v, %v; want %d", email, got, err, want)
		}
	}
}

// newPending is a user who registered and has not proved the address.
func newPending(t *testing.T, s Store, name string) *models.User {
	t.Helper()
	u := &models.User{Username: name, Email: name + "@example.com", Password: "!" + name, DateJoined: moment}
	must(t, s.CreateUser(t.Context(), u))
	must(t, s.AwaitActivation(t.Context(), models.PendingActivation{UserID: u.ID, Since: moment}))
	return u
}

func wantActive(t *testing.T, s Store, id models.UserID, want bool) {
	t.Helper()
	got, err := s.UserBy(t.Context(), models.UserFieldID, string(id))
	must(t, err)
	if got.IsActive != want {
		t.Errorf("user %s: active %v, want %v", id, got.IsActive, want)
	}
}

func wantNotPending(t *testing.T, s Store, id models.UserID) {
	t.Helper()
	if got, err := s.PendingActivation(t.Context(), id); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("PendingActivation(%q) = %v, %v; want ErrNotFound", id, got, err)
	}
}
