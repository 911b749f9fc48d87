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

// socialStore keeps what users are at providers.
type socialStore interface {
	SocialAccount(ctx context.Context, provider, uid string) (*models.SocialAccount, error)
	SocialAccounts(ctx context.Context, user models.UserID) ([]models.SocialAccount, error)
	AddSocialAccount(ctx context.Context, a *models.SocialAccount) error
	UpdateSocialAccount(ctx context.Context, a *models.SocialAccount) error
	DeleteSocialAccount(ctx context.Context, user models.UserID, id int64) error
	KeepSocialToken(ctx context.Context, t models.SocialToken) error
	SocialApps(ctx context.Context, site int64) ([]models.SocialApp, error)
	LockUser(ctx context.Context, id models.UserID) error
}

func socialAccounts(t *testing.T, s Store) {
	owner, other := newUser(t, s, "social"), newUser(t, s, "unsocial")
	a := newSocialAccount(owner, "google", "1")
	must(t, s.AddSocialAccount(t.Context(), a))

	t.Run("an account is found by provider and uid, to the letter", func(t *testing.T) {
		got, err := s.SocialAccount(t.Context(), "google", "1")
		must(t, err)
		if diff := cmp.Diff(a, got); diff != "" {
			t.Errorf("SocialAccount (-want +got):\n%s", diff)
		}
		for _, id := range [][2]string{{"google", "2"}, {"Google", "1"}, {"github", "1"}, {"", ""}, {"google", "1\x00"}} {
			if _, err := s.SocialAccount(t.Context(), id[0], id[1]); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("SocialAccount(%q) = %v, want ErrNotFound", id, err)
			}
		}
	})
	t.Run("nobody else can have it, and the transaction goes on", func(t *testing.T) {
		must(t, s.Atomic(t.Context(), func(ctx context.Context) error {
			if err := s.AddSocialAccount(ctx, newSocialAccount(other, "google", "1")); !errors.Is(err, models.ErrConflict) {
				t.Errorf("AddSocialAccount = %v, want ErrConflict", err)
			}
			_, err := s.SocialAccounts(ctx, other.ID)
			return err
		}))
	})
	t.Run("an account needs a user", func(t *testing.T) {
		nobodys := newSocialAccount(&models.User{ID: nobody(s)}, "google", "3")
		if err := s.AddSocialAccount(t.Context(), nobodys); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("AddSocialAccount = %v, want ErrNotFound", err)
		}
	})
	t.Run("a login is noted", func(t *testing.T) {
		a.LastLogin, a.ExtraData = moment.Add(time.Hour), `{"name": "New"}`
		must(t, s.UpdateSocialAccount(t.Context(), a))
		wantSocialAccounts(t, s, owner, *a)
		if err := s.UpdateSocialAccount(t.Context(), &models.SocialAccount{ID: 4000, ExtraData: "{}"}); !errors.Is(err,
			models.ErrNotFound) {
			t.Errorf("UpdateSocialAccount = %v, want ErrNotFound", err)
		}
	})
	t.Run("only its user deletes an account, and its tokens with it", func(t *testing.T) {
		second := newSocialAccount(owner, "github", "1")
		must(t, s.AddSocialAccount(t.Context(), second))
		token := models.SocialToken{AccountID: a.ID, Token: "t", TokenSecret: "s", ExpiresAt: new(moment)}
		must(t, s.KeepSocialToken(t.Context(), token))
		must(t, s.KeepSocialToken(t.Context(), models.SocialToken{AccountID: a.ID, Token: "newer"}))
		for _, user := range []models.UserID{other.ID, "", "no number"} {
			if err := s.DeleteSocialAccount(t.Context(), user, a.ID); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("DeleteSocialAccount by %q = %v, want ErrNotFound", user, err)
			}
		}
		wantSocialAccounts(t, s, owner, *a, *second)
		must(t, s.DeleteSocialAccount(t.Context(), owner.ID, a.ID))
		wantSocialAccounts(t, s, owner, *second)
		wantSocialAccounts(t, s, other)
	})
	t.Run("of many who take one account, one gets it", func(t *testing.T) {
		wantOneWinner(t, func(i int) (bool, error) {
			u := newUser(t, s, fmt.Sprint("racer", i))
			err := s.AddSocialAccount(t.Context(), newSocialAccount(u, "google", "raced"))
			if errors.Is(err, models.ErrConflict) {
				return false, nil
			}
			return err == nil, err
		})
	})
	t.Run("of many who lock a user and delete all but the last account, none deletes the last", func(t *testing.T) {
		u := newUser(t, s, "locked")
		for i := range 3 {
			must(t, s.AddSocialAccount(t.Context(), newSocialAccount(u, "google", fmt.Sprint("locked", i))))
		}
		parallel(t, func(int) error {
			return s.Atomic(t.Context(), func(ctx context.Context) error {
				if err := s.LockUser(ctx, u.ID); err != nil {
					return err
				}
				list, err := s.SocialAccounts(ctx, u.ID)
				if err != nil || len(list) < 2 {
					return err
				}
				return s.DeleteSocialAccount(ctx, u.ID, list[0].ID)
			})
		})
		list, err := s.SocialAccounts(t.Context(), u.ID)
		must(t, err)
		if len(list) != 1 {
			t.Errorf("%d accounts are left, want 1", len(list))
		}
	})
}

func newSocialAccount(u *models.User, provider, uid string) *models.SocialAccount {
	return &models.SocialAccount{UserID: u.ID, Provider: provider, UID: uid, LastLogin: moment, DateJoined: moment,
		ExtraData: "{}"}
}

func wantSocialAccounts(t *testing.T, s Store, u *models.User, want ...models.SocialAccount) {
	t.Helper()
	got, err := s.SocialAccounts(t.Context(), u.ID)
	must(t, err)
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("SocialAccounts (-want +got):\n%s", diff)
	}
}
