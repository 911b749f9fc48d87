package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"watchword/models"
)

// emailStore is what a store knows about the addresses that users claim.
type emailStore interface {
	UsersByEmail(ctx context.Context, email string) ([]models.User, error)
	UsersByVerifiedEmail(ctx context.Context, email string) ([]models.User, error)
	UsersByEmailFold(ctx context.Context, email string) ([]models.User, error)
	EmailVerified(ctx context.Context, user models.UserID, email string) (bool, error)
	EmailAddresses(ctx context.Context, user models.UserID) ([]string, error)
	ClaimEmail(ctx context.Context, user models.UserID, email string) error
}

func emails(t *testing.T, s Store) {
	owner, claimant, bystander := newUser(t, s, "owner"), newUser(t, s, "claimant"), newUser(t, s, "bystander")
	silent := &models.User{Username: "silent", DateJoined: moment}
	must(t, s.CreateUser(t.Context(), silent))
	addEmail(t, s, owner, "owned@example.com", true)
	addEmail(t, s, claimant, "owned@example.com", false)
	addEmail(t, s, claimant, owner.Email, false)
	addEmail(t, s, owner, "Mixed@example.com", true)

	t.Run("users are found by each of their addresses, the oldest first", func(t *testing.T) {
		for email, want := range map[string][]models.User{
			"owned@example.com":  {*owner, *claimant},
			owner.Email:          {*owner, *claimant},
			bystander.Email:      {*bystander},
			"OWNED@example.com":  nil,
			"nobody@example.com": nil,
			"":                   nil, "%": nil, "nul\x00": nil, "\xff": nil,
		} {
			got, err := s.UsersByEmail(t.Context(), email)
			wantUsers(t, "UsersByEmail", email, got, want, err)
		}
	})
	t.Run("only the one who proved it is found by a verified address", func(t *testing.T) {
		for email, want := range map[string][]models.User{
			"owned@example.com": {*owner},
			owner.Email:         nil,
			bystander.Email:     nil,
			"Mixed@example.com": {*owner},
			"mixed@example.com": nil,
			"":                  nil, "%": nil, "nul\x00": nil, "\xff": nil,
		} {
			got, err := s.UsersByVerifiedEmail(t.Context(), email)
			wantUsers(t, "UsersByVerifiedEmail", email, got, want, err)
		}
	})
	t.Run("an address is verified for its owner and as it is written", func(t *testing.T) {
		for _, tt := range []struct {
			id    models.UserID
			email string
			want  bool
		}{
			{owner.ID, "owned@example.com", true},
			{owner.ID, "Mixed@example.com", true},
			{owner.ID, "mixed@example.com", false},
			{owner.ID, owner.Email, false},
			{claimant.ID, "owned@example.com", false},
			{silent.ID, "", false},
			{owner.ID, "nul\x00", false},
			{"", "owned@example.com", false},
			{"no number", "owned@example.com", false},
			{"3000000000", "owned@example.com", false},
		} {
			if got, err := s.EmailVerified(t.Context(), tt.id, tt.email); err != nil || got != tt.want {
				t.Errorf("EmailVerified(%q, %q) = %v, %v; want %v", tt.id, tt.email, got, err, tt.want)
			}
		}
	})
	t.Run("users are found by the address in auth_user in any case", func(t *testing.T) {
		for email, want := range map[string][]models.User{
			"OWNER@example.com": {*owner},
			owner.Email:         {*owner},
			"owned@example.com": nil,
			"":                  nil, "%": nil, "nul\x00": nil, "\xff": nil,
		} {
			got, err := s.UsersByEmailFold(t.Context(), email)
			wantUsers(t, "UsersByEmailFold", email, got, want, err)
		}
	})
	t.Run("an address is claimed once, and what was proved stays so", func(t *testing.T) {
		for _, email := range []string{"new@example.com", "new@example.com", "owned@example.com"} {
			must(t, s.ClaimEmail(t.Context(), owner.ID, email))
		}
		got, err := s.EmailAddresses(t.Context(), owner.ID)
		must(t, err)
		if diff := cmp.Diff([]string{"owned@example.com", "Mixed@example.com", "new@example.com"}, got); diff != "" {
			t.Error(diff)
		}
		for email, want := range map[string]bool{"new@example.com": false, "owned@example.com": true} {
			if got, err := s.EmailVerified(t.Context(), owner.ID, email); err != nil || got != want {
				t.Errorf("EmailVerified(%q) = %v, %v; want %v", email, got, err, want)
			}
		}
	})
	t.Run("nobody has no addresses", func(t *testing.T) {
		for _, id := range []models.UserID{"", "no number", "3000000000", silent.ID} {
			if got, err := s.EmailAddresses(t.Context(), id); err != nil || len(got) != 0 {
				t.Errorf("EmailAddresses(%q) = %q, %v; want none", id, got, err)
			}
		}
	})
}

// addEmail gives u another address.
func addEmail(t *testing.T, s Store, u *models.User, email string, verified bool) {
	t.Helper()
	must(t, s.CreateEmailAddress(t.Context(), &models.EmailAddress{UserID: u.ID, Email: email, Verified: verified}))
}

func wantUsers(t *testing.T, method, email string, got, want []models.User, err error) {
	t.Helper()
	must(t, err)
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(byKey(want), got, exceptExtra()); diff != "" {
		t.Errorf("%s(%q) (-want +got):\n%s", method, email, diff)
	}
}
