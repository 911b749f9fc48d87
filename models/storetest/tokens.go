package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"watchword/models"
)

// newToken is a token of nobody's with that jti, which expires in the far future.
func newToken(jti string) *models.OutstandingToken {
	return &models.OutstandingToken{JTI: jti, Token: "header.payload." + jti, ExpiresAt: moment.AddDate(50, 0, 0)}
}

func tokens(t *testing.T, s Store) {
	t.Run("an outstanding token is not blacklisted until it is", func(t *testing.T) {
		token := newToken("outstanding")
		token.UserID, token.CreatedAt = newUser(t, s, "holder").ID, &moment
		must(t, s.RecordOutstanding(t.Context(), token))
		if token.ID == 0 {
			t.Error("RecordOutstanding left the ID 0")
		}
		wantBlacklisted(t, s, "outstanding", false)
		wantFirst(t, s, token, true)
		wantBlacklisted(t, s, "outstanding", true)
		wantFirst(t, s, token, false)
	})
	t.Run("a token that was never recorded can be blacklisted, once", func(t *testing.T) {
		wantFirst(t, s, newToken("unknown"), true)
		wantFirst(t, s, newToken("unknown"), false)
		wantBlacklisted(t, s, "unknown", true)
		if err := s.RecordOutstanding(t.Context(), newToken("unknown")); !errors.Is(err, models.ErrConflict) {
			t.Errorf("RecordOutstanding = %v, want ErrConflict", err)
		}
	})
	t.Run("a token of a user who is gone can be blacklisted, but not handed out", func(t *testing.T) {
		for i, id := range []models.UserID{"123456789", "3000000000", "no number"} {
			token := newToken(fmt.Sprint("orphan", i))
			token.UserID = id
			wantFirst(t, s, token, true)
		}
		token := newToken("handed out")
		token.UserID = nobody(s)
		if err := s.RecordOutstanding(t.Context(), token); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("RecordOutstanding = %v, want ErrNotFound", err)
		}
		must(t, s.RecordOutstanding(t.Context(), newToken("handed out")))
	})
	t.Run("a jti that no row can hold is not blacklisted", func(t *testing.T) {
		for _, jti := range []string{"", "nobody's", "nul\x00", "\xff"} {
			wantBlacklisted(t, s, jti, false)
		}
		_, err := s.Blacklist(t.Context(), newToken("nul\x00"), moment)
		if err == nil || errors.Is(err, models.ErrUnavailable) {
			t.Errorf("Blacklist = %v, want an error of its own", err)
		}
	})
	t.Run("all tokens of a user end at once, but for those that are spared", func(t *testing.T) { blacklistAll(t, s) })
	t.Run("expired tokens are deleted in batches, the living are kept", func(t *testing.T) { deleteExpired(t, s) })
}

func blacklistAll(t *testing.T, s Store) {
	u, other := newUser(t, s, "of many"), newUser(t, s, "of one")
	ids := map[string]*models.User{"login-1 first": u, "login-1 second": u, "login-2": u, "login": u, "%": u, "login-1 another's": other}
	for jti, of := range ids {
		token := newToken(jti)
		token.UserID = of.ID
		must(t, s.RecordOutstanding(t.Context(), token))
	}
	want := func(alive ...string) {
		t.Helper()
		for jti := range ids {
			wantBlacklisted(t, s, jti, !slices.Contains(alive, jti))
		}
	}
	must(t, s.BlacklistAll(t.Context(), u.ID, moment, "login-1"))
	want("login-1 first", "login-1 second", "login-1 another's")
	must(t, s.BlacklistAll(t.Context(), u.ID, moment, ""))
	want("login-1 another's")
	for _, id := range []models.UserID{"", "no number", "3000000000"} {
		must(t, s.BlacklistAll(t.Context(), id, moment, ""))
	}
	want("login-1 another's")
}

func deleteExpired(t *testing.T, s Store) {
	now := moment.Add(time.Hour)
	for i := range 5 {
		token := newToken(fmt.Sprint("expired", i))
		token.ExpiresAt = moment.Add(time.Duration(i) * time.Second / 2)
		must(t, s.RecordOutstanding(t.Context(), token))
		if i%2 == 0 {
			wantFirst(t, s, token, true)
		}
	}
	wantFirst(t, s, newToken("alive"), true)
	for _, want := range []int{2, 2, 1, 0} {
		got, err := s.DeleteExpiredTokens(t.Context(), now, 2)
		if err != nil || got != want {
			t.Errorf("DeleteExpiredTokens = %d, %v; want %d", got, err, want)
		}
	}
	for i := range 5 {
		wantBlacklisted(t, s, fmt.Sprint("expired", i), false)
	}
	wantBlacklisted(t, s, "alive", true)

	token := newToken("expires now")
	token.ExpiresAt = now
	must(t, s.RecordOutstanding(t.Context(), token))
	if got, err := s.DeleteExpiredTokens(t.Context(), now.Add(-time.Microsecond), 10); err != nil || got != 0 {
		t.Errorf("a microsecond early: %d, %v; want 0", got, err)
	}
	if got, err := s.DeleteExpiredTokens(t.Context(), now, 10); err != nil || got != 1 {
		t.Errorf("at its end: %d, %v; want 1", got, err)
	}
}

func wantFirst(t *testing.T, s Store, token *models.OutstandingToken, want bool) {
	t.Helper()
	if first, err := s.Blacklist(t.Context(), token, moment); err != nil || first != want {
		t.Errorf("Blacklist(%q) = %v, %v; want %v", token.JTI, first, err, want)
	}
}

func wantBlacklisted(t *testing.T, s Store, jti string, want bool) {
	t.Helper()
	if got, err := s.Blacklisted(t.Context(), jti); err != nil || got != want {
		t.Errorf("Blacklisted(%q) = %v, %v; want %v", jti, got, err, want)
	}
}
