package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// emailChangeStore keeps which addresses users had, and gives them back.
type emailChangeStore interface {
	NoteEmailChange(ctx context.Context, c *models.EmailChange) error
	EmailChange(ctx context.Context, id int64, since time.Time) (*models.EmailChange, error)
	TakeEmailChange(ctx context.Context, id int64, since time.Time) (*models.EmailChange, error)
	RestoreEmail(ctx context.Context, user models.UserID, email string) error
	DeleteExpiredEmailChanges(ctx context.Context, made time.Time, limit int) (int, error)
}

func emailChanges(t *testing.T, s Store) {
	t.Run("a change is found until it is too old", func(t *testing.T) {
		c := noteChange(t, s, newUser(t, s, "changer"), moment)
		got, err := s.EmailChange(t.Context(), c.ID, moment)
		must(t, err)
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("EmailChange (-want +got):\n%s", diff)
		}
		for _, find := range []func(context.Context, int64, time.Time) (*models.EmailChange, error){s.EmailChange, s.TakeEmailChange} {
			if _, err := find(t.Context(), c.ID, moment.Add(time.Microsecond)); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("one that is too old: %v, want ErrNotFound", err)
			}
			if _, err := find(t.Context(), 1<<40, moment); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("one that never was: %v, want ErrNotFound", err)
			}
		}
		nobody := models.EmailChange{UserID: "99999", Email: "nobody@example.com", MadeAt: moment}
		if err := s.NoteEmailChange(t.Context(), &nobody); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a change of nobody: %v, want ErrNotFound", err)
		}
	})
	t.Run("of many who take a change, one gets it, and later ones of the user end", func(t *testing.T) {
		u, other := newUser(t, s, "victim"), newUser(t, s, "bystander")
		before, taken := noteChange(t, s, u, moment), noteChange(t, s, u, moment)
		later, foreign := noteChange(t, s, u, moment), noteChange(t, s, other, moment)
		wantOneWinner(t, func(int) (bool, error) {
			got, err := s.TakeEmailChange(t.Context(), taken.ID, moment)
			if errors.Is(err, models.ErrNotFound) {
				return false, nil
			}
			return err == nil && got.Email == u.Email && got.UserID == u.ID, err
		})
		for id, want := range map[int64]error{before.ID: nil, later.ID: models.ErrNotFound, foreign.ID: nil} {
			if _, err := s.EmailChange(t.Context(), id, moment); !errors.Is(err, want) {
				t.Errorf("EmailChange(%d) = %v, want %v", id, err, want)
			}
		}
	})
	t.Run("an address that is given back is the only one", func(t *testing.T) { restoreEmail(t, s) })
	t.Run("old changes are deleted, a few at a time", func(t *testing.T) {
		u := newUser(t, s, "historic")
		for range 3 {
			noteChange(t, s, u, moment.Add(-time.Hour))
		}
		fresh := noteChange(t, s, u, moment)
		for _, want := range []int{2, 1, 0} {
			if n, err := s.DeleteExpiredEmailChanges(t.Context(), moment, 2); err != nil || n != want {
				t.Errorf("DeleteExpiredEmailChanges = %d, %v; want %d", n, err, want)
			}
		}
		if _, err := s.EmailChange(t.Context(), fresh.ID, moment); err != nil {
			t.Errorf("the fresh one: %v", err)
		}
	})
}

func restoreEmail(t *testing.T, s Store) {
	u := newUser(t, s, "restored")
	thief := &models.EmailAddress{UserID: u.ID, Email: "thief@example.com", Verified: true, Primary: true}
	must(t, s.CreateEmailAddress(t.Context(), thief))
	claimAddress(t, s, u, "other@example.com", false)
	must(t, s.CreateEmailConfirmation(t.Context(),
		&models.EmailConfirmation{EmailAddressID: thief.ID, Created: moment, Sent: new(moment), Key: "thief"}))
	social := newSocialAccount(u, "google", "thief")
	must(t, s.AddSocialAccount(t.Context(), social))
	must(t, s.KeepSocialToken(t.Context(), models.SocialToken{AccountID: social.ID, Token: "x"}))
	bystander := newSocialAccount(newUser(t, s, "unhurt"), "google", "unhurt")
	must(t, s.AddSocialAccount(t.Context(), bystander))

	must(t, s.RestoreEmail(t.Context(), u.ID, "mine@example.com"))
	wantOnly := func(user models.UserID, email string, verified bool) {
		t.Helper()
		got, err := s.OwnAddresses(t.Context(), user)
		must(t, err)
		if len(got) != 1 || got[0].Email != email || got[0].Verified != verified || !got[0].Primary {
			t.Errorf("the addresses are %+v, want %s alone, verified %v", got, email, verified)
		}
		wantEmail(t, s, user, email)
	}
	wantOnly(u.ID, "mine@example.com", true)
	if list, err := s.SocialAccounts(t.Context(), u.ID); err != nil || len(list) != 0 {
		t.Errorf("SocialAccounts = %v, %v; want none", list, err)
	}
	if list, err := s.SocialAccounts(t.Context(), bystander.UserID); err != nil || len(list) != 1 {
		t.Errorf("SocialAccounts of another = %v, %v; want one", list, err)
	}
	other := newUser(t, s, "second")
	must(t, s.RestoreEmail(t.Context(), other.ID, "mine@example.com"))
	wantOnly(other.ID, "mine@example.com", false)
	if err := s.RestoreEmail(t.Context(), "99999", "x@example.com"); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("RestoreEmail of nobody = %v, want ErrNotFound", err)
	}
}

func noteChange(t *testing.T, s Store, u *models.User, at time.Time) *models.EmailChange {
	t.Helper()
	c := &models.EmailChange{UserID: u.ID, Email: u.Email, MadeAt: at}
	must(t, s.NoteEmailChange(t.Context(), c))
	return c
}
