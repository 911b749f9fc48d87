package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// deletionStore keeps who is to be deleted, and deletes users.
type deletionStore interface {
	ScheduleDeletion(ctx context.Context, d *models.PendingDeletion) error
	PendingDeletion(ctx context.Context, id int64, now time.Time) (*models.PendingDeletion, error)
	UndoDeletion(ctx context.Context, id int64, now time.Time) (*models.PendingDeletion, error)
	UndoDeletionOf(ctx context.Context, user models.UserID, now time.Time) (*models.PendingDeletion, error)
	DueDeletions(ctx context.Context, now time.Time, limit int) ([]models.PendingDeletion, error)
	TakeDeletion(ctx context.Context, id int64) error
	DeleteUser(ctx context.Context, user models.UserID) error
	AnonymizeUser(ctx context.Context, user models.UserID, name, password string) error
	OwnLogins(ctx context.Context, user models.UserID) ([]models.OwnLogin, error)
}

func deletions(t *testing.T, s Store) {
	before, due := moment.Add(-time.Second), moment
	schedule := func(t *testing.T, name string) (*models.User, *models.PendingDeletion) {
		t.Helper()
		u := newUser(t, s, name)
		d := &models.PendingDeletion{UserID: u.ID, Due: due}
		must(t, s.ScheduleDeletion(t.Context(), d))
		return u, d
	}
	t.Run("a wish disables, and is taken back once", func(t *testing.T) {
		u, d := schedule(t, "wavering")
		wantActive(t, s, u.ID, false)
		got, err := s.PendingDeletion(t.Context(), d.ID, before)
		must(t, err)
		if diff := cmp.Diff(d, got); diff != "" {
			t.Errorf("PendingDeletion (-want +got):\n%s", diff)
		}
		if _, err := s.UndoDeletion(t.Context(), d.ID, due); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("taking back what is due: %v, want ErrNotFound", err)
		}
		wantOneWinner(t, func(int) (bool, error) {
			_, err := s.UndoDeletion(t.Context(), d.ID, before)
			if errors.Is(err, models.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		})
		wantActive(t, s, u.ID, true)
	})
	t.Run("of many wishes of one user, one is first", func(t *testing.T) {
		u := newUser(t, s, "eager")
		wantOneWinner(t, func(int) (bool, error) {
			err := s.ScheduleDeletion(t.Context(), &models.PendingDeletion{UserID: u.ID, Due: due})
			if errors.Is(err, models.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		})
		if _, err := s.UndoDeletionOf(t.Context(), u.ID, before); err != nil {
			t.Errorf("UndoDeletionOf: %v", err)
		}
		wantActive(t, s, u.ID, true)
	})
	t.Run("whom somebody disables, nobody enables by taking a wish back", func(t *testing.T) {
		u, d := schedule(t, "offender")
		must(t, s.SetActive(t.Context(), u.ID, false))
		for _, undo := range []func() error{
			func() error { _, err := s.UndoDeletion(t.Context(), d.ID, before); return err },
			func() error { _, err := s.UndoDeletionOf(t.Context(), u.ID, before); return err },
		} {
			if err := undo(); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("taking it back: %v, want ErrNotFound", err)
			}
		}
		wantActive(t, s, u.ID, false)
		other := newUser(t, s, "banned early")
		must(t, s.SetActive(t.Context(), other.ID, false))
		if err := s.ScheduleDeletion(t.Context(), &models.PendingDeletion{UserID: other.ID, Due: due}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a wish of who is disabled: %v, want ErrNotFound", err)
		}
	})
	t.Run("enabling ends the wish", func(t *testing.T) {
		u, d := schedule(t, "pardoned")
		must(t, s.SetActive(t.Context(), u.ID, true))
		if err := s.TakeDeletion(t.Context(), d.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("TakeDeletion = %v, want ErrNotFound", err)
		}
	})
	t.Run("what is due is found, and a user deleted with what belongs to them", func(t *testing.T) {
		u, d := schedule(t, "leaver")
		claimAddress(t, s, u, u.Email, true)
		must(t, s.AddSocialAccount(t.Context(), newSocialAccount(u, "google", "leaver")))
		if list, err := s.DueDeletions(t.Context(), before, 10); err != nil || len(list) != 0 {
			t.Errorf("DueDeletions before = %v, %v; want none", list, err)
		}
		list, err := s.DueDeletions(t.Context(), due, 100)
		must(t, err)
		found := false
		for _, one := range list {
			found = found || one.ID == d.ID && one.UserID == u.ID
		}
		if !found {
			t.Errorf("DueDeletions = %v, want %v among them", list, d)
		}
		must(t, s.DeleteUser(t.Context(), u.ID))
		if _, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("UserBy = %v, want ErrNotFound", err)
		}
		wantAddresses(t, s, u.ID)
		if err := s.DeleteUser(t.Context(), u.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("deleting again: %v, want ErrNotFound", err)
		}
	})
	t.Run("what is left of an anonymous user says nothing of them", func(t *testing.T) {
		u := newUser(t, s, "unnamed")
		claimAddress(t, s, u, u.Email, true)
		must(t, s.AnonymizeUser(t.Context(), u.ID, "deleted-1", "!"))
		got, err := s.UserBy(t.Context(), models.UserFieldID, string(u.ID))
		must(t, err)
		nobodys := got.Email == "" || got.Email == "deleted-1@deleted.invalid" // where addresses may be unique
		if got.Username != "deleted-1" || !nobodys || got.Password != "!" || got.IsActive {
			t.Errorf("what is left: %+v", got)
		}
		wantAddresses(t, s, u.ID)
	})
}
