package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"watchword/models"
)

// confirmationStore keeps links that prove addresses, and who has proved theirs.
type confirmationStore interface {
	CreateUserFold(ctx context.Context, u *models.User) error
	CreateConfirmationToken(ctx context.Context, t models.ConfirmationToken) error
	UseConfirmationToken(ctx context.Context, digests []models.Digest, since time.Time) (*models.ConfirmationToken, error)
	DeleteExpiredConfirmationTokens(ctx context.Context, made time.Time, limit int) (int, error)
	SetConfirmed(ctx context.Context, field models.ConfirmationField, user models.UserID, email string, at time.Time) error
	EmailConfirmed(ctx context.Context, user models.UserID) (bool, error)
	UnconfirmedUsers(ctx context.Context, field models.ConfirmationField, after models.UserID, limit int) ([]models.User, error)
}

func confirmations(t *testing.T, s Store) {
	u, other := newUser(t, s, "confirming"), newUser(t, s, "unconcerned")
	mail := func(seed byte, u *models.User, email string) {
		t.Helper()
		must(t, s.CreateConfirmationToken(t.Context(), models.ConfirmationToken{Digest: digest(seed), Created: moment,
			Email: email, UserID: u.ID}))
	}
	mail(1, u, u.Email)
	mail(2, u, u.Email)
	mail(3, other, other.Email)
	mail(4, other, "old@example.com")

	wantRefused := func(t *testing.T, since time.Time, digests ...models.Digest) {
		t.Helper()
		if got, err := s.UseConfirmationToken(t.Context(), digests, since); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("UseConfirmationToken(%x) = %v, %v; want ErrNotFound", digests, got, err)
		}
	}
	t.Run("an unknown, an old and another address's token are refused and change nothing", func(t *testing.T) {
		wantRefused(t, moment)
		wantRefused(t, moment, nil)
		wantRefused(t, moment, digest(9))
		wantRefused(t, moment.Add(time.Microsecond), digest(1))
		wantRefused(t, moment, digest(4))
	})
	t.Run("a token is used once, and ends its user's others", func(t *testing.T) {
		got, err := s.UseConfirmationToken(t.Context(), []models.Digest{digest(9), digest(1)}, moment)
		must(t, err)
		if !bytes.Equal(got.Digest, digest(1)) || got.UserID != u.ID || got.Email != u.Email || !got.Created.Equal(moment) {
			t.Errorf("got %+v", got)
		}
		wantRefused(t, moment, digest(1))
		wantRefused(t, moment, digest(2))
	})
	t.Run("of many who use one token, one does", func(t *testing.T) {
		wantOneWinner(t, func(int) (bool, error) {
			_, err := s.UseConfirmationToken(t.Context(), []models.Digest{digest(3)}, moment)
			if errors.Is(err, models.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		})
	})
	t.Run("confirming sets the field, for the right address only", func(t *testing.T) { setConfirmed(t, s) })
	t.Run("expired ones go, in batches", func(t *testing.T) {
		for i := range byte(3) {
			mail(30+i, u, u.Email)
		}
		for i, want := range []int{0, 2, 1, 0} {
			before := moment.Add(time.Microsecond)
			if i == 0 {
				before = moment
			}
			if got, err := s.DeleteExpiredConfirmationTokens(t.Context(), before, 2); err != nil || got != want {
				t.Errorf("batch %d = %d, %v; want %d", i, got, err, want)
			}
		}
	})
	t.Run("names that differ in case only are taken once", func(t *testing.T) { createFold(t, s) })
}

func setConfirmed(t *testing.T, s Store) {
	pending := &models.User{Username: "pending", Email: "pending@example.com", Password: "!", DateJoined: moment}
	must(t, s.CreateUser(t.Context(), pending))
	disabled := &models.User{Username: "disabled", Email: "d@example.com", Password: "!", DateJoined: moment, LastLogin: &moment}
	must(t, s.CreateUser(t.Context(), disabled))

	users, err := s.UnconfirmedUsers(t.Context(), models.ConfirmsActive, "", 10)
	if err != nil || len(users) != 1 || users[0].Username != "pending" || !users[0].DateJoined.Equal(moment) {
		t.Errorf("UnconfirmedUsers = %+v, %v; want only who never logged in", users, err)
	}
	if users, err := s.UnconfirmedUsers(t.Context(), models.ConfirmsActive, pending.ID, 10); err != nil || len(users) != 0 {
		t.Errorf("UnconfirmedUsers after the last = %+v, %v", users, err)
	}
	for _, field := range []models.ConfirmationField{models.ConfirmsActive, models.ConfirmsEmail} {
		err := s.SetConfirmed(t.Context(), field, pending.ID, "another@example.com", moment)
		if !errors.Is(err, models.ErrNotFound) {
			t.Errorf("SetConfirmed(%s) for another address = %v, want ErrNotFound", field, err)
		}
		for range 2 {
			must(t, s.SetConfirmed(t.Context(), field, pending.ID, pending.Email, moment))
		}
	}
	got, err := s.UserBy(t.Context(), models.UserFieldID, string(pending.ID))
	must(t, err)
	confirmed, err := s.EmailConfirmed(t.Context(), pending.ID)
	if !got.IsActive || !confirmed || err != nil {
		t.Errorf("active %v, confirmed %v, %v; want both", got.IsActive, confirmed, err)
	}
	if confirmed, err := s.EmailConfirmed(t.Context(), disabled.ID); confirmed || err != nil {
		t.Errorf("EmailConfirmed = %v, %v; want false", confirmed, err)
	}
	all, err := s.UnconfirmedUsers(t.Context(), models.ConfirmsEmail, "", 10)
	must(t, err)
	users, err = s.UnconfirmedUsers(t.Context(), models.ConfirmsEmail, "", 1)
	if err != nil || len(all) != 2 || len(users) != 1 || users[0].ID != all[0].ID || byKey(all)[0].ID != all[0].ID {
		t.Errorf("UnconfirmedUsers = %+v, %v; want the first who has not, of %+v", users, err, all)
	}
}

func createFold(t *testing.T, s Store) {
	names := []string{"Fold", "fold", "FOLD", "fOLD"}
	wantOneWinner(t, func(i int) (bool, error) {
		u := &models.User{Username: names[i%len(names)], Email: "f@example.com", IsActive: true, DateJoined: moment}
		err := s.CreateUserFold(t.Context(), u)
		if errors.Is(err, models.ErrConflict) {
			return false, nil
		}
		return err == nil && u.ID != "", err
	})
	users, err := s.UsersByUsernameFold(t.Context(), "fold")
	if err != nil || len(users) != 1 || users[0].Email != "f@example.com" || !users[0].DateJoined.Equal(moment) {
		t.Errorf("UsersByUsernameFold = %+v, %v; want one", users, err)
	}
}
