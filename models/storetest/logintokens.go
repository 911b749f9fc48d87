package storetest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// loginTokenStore keeps opaque tokens.
type loginTokenStore interface {
	LoginToken(ctx context.Context, digests []models.Digest) (*models.LoginToken, *models.User, error)
	CreateLoginToken(ctx context.Context, t models.LoginToken, limit int) error
	RefreshLoginToken(ctx context.Context, digest models.Digest, at, since time.Time) error
	DeleteLoginToken(ctx context.Context, digest models.Digest) (bool, error)
	DeleteLoginTokens(ctx context.Context, user models.UserID) error
	DeleteOtherLoginTokens(ctx context.Context, user models.UserID, but models.Digest) error
	DeleteExpiredLoginTokens(ctx context.Context, unused, made time.Time, limit int) (int, error)
}

// digest is a digest of 32 bytes, as SHA-256 has.
func digest(seed byte) models.Digest { return bytes.Repeat([]byte{seed}, 32) }

func loginTokens(t *testing.T, s Store) {
	u, other := newUser(t, s, "holder"), newUser(t, s, "other")
	login := func(seed byte, u *models.User, at time.Time) {
		t.Helper()
		must(t, s.CreateLoginToken(t.Context(), models.LoginToken{Digest: digest(seed), UserID: u.ID, Created: at}, 0))
	}
	login(1, u, moment)
	login(2, other, moment)
	long := models.Digest(bytes.Repeat([]byte{3}, 64)) // as SHA-512 has, in tables that others filled
	must(t, s.CreateLoginToken(t.Context(), models.LoginToken{Digest: long, UserID: u.ID, Created: moment}, 0))

	t.Run("a token is found by one of its digests, with its user", func(t *testing.T) {
		for _, digests := range [][]models.Digest{{digest(1)}, {digest(9), digest(1)}, {digest(1), long[:32]}} {
			token, user, err := s.LoginToken(t.Context(), digests)
			must(t, err)
			if !bytes.Equal(token.Digest, digest(1)) || token.UserID != u.ID || !token.Created.Equal(moment) ||
				token.Refreshed != nil || cmp.Diff(u, user, exceptExtra()) != "" {
				t.Errorf("LoginToken = %+v, %+v", token, user)
			}
		}
		if token, _, err := s.LoginToken(t.Context(), []models.Digest{digest(9), long}); err != nil || len(token.Digest) != 64 {
			t.Errorf("LoginToken = %v, %v; want the one of 64 bytes", token, err)
		}
	})
	t.Run("no digest, a part of one and an unknown one find nothing", func(t *testing.T) {
		for _, digests := range [][]models.Digest{nil, {}, {nil}, {{}}, {digest(1)[:31]}, {digest(9)}, {long[:32]}} {
			if _, _, err := s.LoginToken(t.Context(), digests); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("LoginToken(%x) = %v, want ErrNotFound", digests, err)
			}
		}
	})
	t.Run("a digest is taken once", func(t *testing.T) {
		again := models.LoginToken{Digest: digest(1), UserID: other.ID, Created: moment}
		if err := s.CreateLoginToken(t.Context(), again, 0); !errors.Is(err, models.ErrConflict) {
			t.Errorf("got %v, want ErrConflict", err)
		}
	})
	t.Run("nobody's token is not stored", func(t *testing.T) {
		nobodys := models.LoginToken{Digest: digest(8), UserID: nobody(s), Created: moment}
		if err := s.CreateLoginToken(t.Context(), nobodys, 0); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
	t.Run("deleting one leaves the others", func(t *testing.T) {
		for _, want := range []bool{true, false} {
			if got, err := s.DeleteLoginToken(t.Context(), digest(1)); err != nil || got != want {
				t.Errorf("DeleteLoginToken = %v, %v; want %v", got, err, want)
			}
		}
		wantLoginTokens(t, s, map[byte]bool{1: false, 2: true})
	})
	t.Run("deleting all of a user but one leaves that and the others'", func(t *testing.T) {
		login(5, u, moment)
		login(6, u, moment)
		must(t, s.DeleteOtherLoginTokens(t.Context(), u.ID, digest(5)))
		wantLoginTokens(t, s, map[byte]bool{2: true, 5: true, 6: false})
	})
	t.Run("deleting all of a user leaves the others'", func(t *testing.T) {
		login(4, u, moment)
		must(t, s.DeleteLoginTokens(t.Context(), u.ID))
		must(t, s.DeleteLoginTokens(t.Context(), u.ID))
		wantLoginTokens(t, s, map[byte]bool{2: true, 4: false})
	})
	t.Run("a use is noted when the last one is old enough", func(t *testing.T) { refreshing(t, s, digest(2)) })
	t.Run("a limit ends the oldest", func(t *testing.T) {
		for i := range byte(4) {
			token := models.LoginToken{Digest: digest(20 + i), UserID: u.ID, Created: moment.Add(time.Duration(i) * time.Hour)}
			must(t, s.CreateLoginToken(t.Context(), token, 2))
		}
		wantLoginTokens(t, s, map[byte]bool{20: false, 21: false, 22: true, 23: true, 2: true})
	})
	t.Run("of many logins under a limit, so many stay", func(t *testing.T) { limited(t, s) })
	t.Run("of many who delete one, one did", func(t *testing.T) {
		login(5, other, moment)
		wantOneWinner(t, func(int) (bool, error) { return s.DeleteLoginToken(t.Context(), digest(5)) })
	})
	t.Run("expired ones go, in batches", func(t *testing.T) { sweepLoginTokens(t, s) })
}

// wantLoginTokens checks which tokens are there.
func wantLoginTokens(t *testing.T, s Store, want map[byte]bool) {
	t.Helper()
	for seed, there := range want {
		_, _, err := s.LoginToken(t.Context(), []models.Digest{digest(seed)})
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			t.Error(err)
		}
		if got := err == nil; got != there {
			t.Errorf("token %d is there: %v, want %v", seed, got, there)
		}
	}
}

func refreshing(t *testing.T, s Store, d models.Digest) {
	for _, step := range []struct {
		at, since, want time.Duration // after the moment
	}{
		{10 * time.Minute, 0, 10 * time.Minute},
		{15 * time.Minute, 10 * time.Minute, 10 * time.Minute},
		{15 * time.Minute, 11 * time.Minute, 15 * time.Minute},
	} {
		must(t, s.RefreshLoginToken(t.Context(), d, moment.Add(step.at), moment.Add(step.since)))
		token, _, err := s.LoginToken(t.Context(), []models.Digest{d})
		must(t, err)
		if want := moment.Add(step.want); token.Refreshed == nil || !token.Refreshed.Equal(want) {
			t.Errorf("refreshed at %v, want %v", token.Refreshed, want)
		}
	}
	if err := s.RefreshLoginToken(t.Context(), digest(99), moment, moment); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a token that is not there: %v, want ErrNotFound", err)
	}
}

func limited(t *testing.T, s Store) {
	const limit = 3
	u := newUser(t, s, "limited")
	parallel(t, func(i int) error {
		token := models.LoginToken{Digest: digest(byte(100 + i)), UserID: u.ID, Created: moment}
		return s.CreateLoginToken(t.Context(), token, limit)
	})
	left := 0
	for i := range callers {
		if _, _, err := s.LoginToken(t.Context(), []models.Digest{digest(byte(100 + i))}); err == nil {
			left++
		}
	}
	if left != limit {
		t.Errorf("%d tokens are left, want %d", left, limit)
	}
}

func sweepLoginTokens(t *testing.T, s Store) {
	u := newUser(t, s, "swept")
	old := moment.AddDate(-1, 0, 0)
	for i := range byte(5) {
		token := models.LoginToken{Digest: digest(50 + i), UserID: u.ID, Created: old.Add(time.Duration(i) * time.Minute)}
		must(t, s.CreateLoginToken(t.Context(), token, 0))
	}
	must(t, s.RefreshLoginToken(t.Context(), digest(50), old.Add(time.Hour), old))
	must(t, s.RefreshLoginToken(t.Context(), digest(51), old.Add(time.Hour), old))
	unused, made := old.Add(4*time.Minute), old.Add(time.Minute) // 54 is just not old enough, 51 too old whatever its use
	for i, want := range []int{2, 1, 0} {
		if got, err := s.DeleteExpiredLoginTokens(t.Context(), unused, made, 2); err != nil || got != want {
			t.Errorf("batch %d = %d, %v; want %d", i, got, err, want)
		}
	}
	wantLoginTokens(t, s, map[byte]bool{50: false, 51: true, 52: false, 53: false, 54: true})
}
