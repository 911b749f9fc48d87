package auth

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"watchword/auth/password"
	"watchword/auth/social"
	"watchword/models"
)

// maxPersonalName is the width of the columns for first and last names.
const maxPersonalName = 150

// signUp makes an account for whom nobody here knows. Account, address and what the user is at the provider are written
// together or not at all. The error models.ErrConflict says that somebody was faster.
//
// Source: allauth.socialaccount.internal.flows.signup.process_auto_signup; dj_rest_auth's SocialLoginSerializer.
func (s *Socials) signUp(ctx context.Context, id social.Identity, link LinkTo) (*models.User, error) {
	if !s.cfg.AutoSignup {
		return nil, ErrSignupClosed
	}
	u := &models.User{
		FirstName: personalName(id.FirstName), LastName: personalName(id.LastName), Password: password.Unusable(),
		IsActive: true, DateJoined: s.now(),
	}
	if address, err := cleanAddress(id.Email); err == nil {
		u.Email = address
	}
	if u.Email == "" && s.cfg.needsEmail() {
		return nil, ErrEmailMissing
	}
	if err := s.service.signals.Before(ctx, models.EventPreRegistered, u); err != nil {
		return nil, err
	}
	err := s.users.Atomic(ctx, func(ctx context.Context) error { return s.create(ctx, u, id, link) })
	if err != nil {
		return nil, err
	}
	return u, nil
}

// create stores u, in the transaction of ctx.
func (s *Socials) create(ctx context.Context, u *models.User, id social.Identity, link LinkTo) error {
	if err := s.claimName(ctx, u, id); err != nil {
		return err
	}
	_, err := s.store.SocialAccount(ctx, id.Provider, id.UID)
	if err == nil { // made by whom claimName waited for
		return models.ErrConflict
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	if taken, err := s.emailTaken(ctx, u.Email); err != nil {
		return err
	} else if taken {
		return ErrEmailTaken
	}
	if err := s.users.CreateUser(ctx, u); err != nil {
		return err
	}
	if err := s.add(ctx, u, id); err != nil {
		return err
	}
	if err := s.service.signals.After(ctx, models.EventPostRegistered, u); err != nil || u.Email == "" {
		return err
	}
	a := &models.EmailAddress{UserID: u.ID, Email: u.Email, Verified: id.EmailVerified, Primary: true}
	if err := s.users.CreateEmailAddress(ctx, a); err != nil {
		return err
	}
	if a.Verified || s.verification() == VerificationNone {
		return nil
	}
	return s.verifications.Welcome(ctx, u, a, link)
}

// claimName gives u a name that is nobody else's until the transaction of ctx ends: the one at the provider, or one made
// from the first of the user's names that has letters.
//
// Source: allauth.account.adapter.DefaultAccountAdapter.populate_username.
func (s *Socials) claimName(ctx context.Context, u *models.User, id social.Identity) error {
	for _, candidate := range socialNames(u, id, s.service.cfg.UsernameMaxLength) {
		if err := s.users.ReserveUser(ctx, candidate, u.Email); err != nil {
			return err
		}
		cleaned, err := s.service.cleanUsername(candidate)
		if errors.Is(err, ErrUsernameInvalid) || errors.Is(err, ErrUsernameReserved) {
			continue
		}
		if err != nil {
			return err
		}
		holders, err := s.users.UsersByUsernameFold(ctx, cleaned)
		if err != nil {
			return err
		}
		if len(holders) == 0 {
			u.Username = cleaned
			return nil
		}
	}
	return models.ErrConflict
}

// socialNames are the user names to try, none of them longer than maxLength.
func socialNames(u *models.User, id social.Identity, maxLength int) []string {
	for _, text := range []string{id.Username, u.FirstName, u.LastName, u.Email} {
		if usernameBase(text) != usernameBase("") {
			return usernameCandidates(text, 1, maxLength)
		}
	}
	return usernameCandidates("", 1, maxLength)
}

// emailTaken reports whether somebody claims the address, whether proved or not: an account that is there is entered by
// its own password or by a provider that was connected, and not by a second account for the same address.
//
// Source: dj_rest_auth.registration.serializers.SocialLoginSerializer.
func (s *Socials) emailTaken(ctx context.Context, address string) (bool, error) {
	if address == "" || !s.cfg.UniqueEmail {
		return false, nil
	}
	claimed, err := s.users.UsersByEmail(ctx, address)
	if err != nil || len(claimed) > 0 {
		return len(claimed) > 0, err
	}
	claimed, err = s.users.UsersByEmailFold(ctx, address)
	return len(claimed) > 0, err
}

// personalName is a name that a provider sent, as it can be stored.
func personalName(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	runes := []rune(strings.TrimSpace(text))
	return string(runes[:min(len(runes), maxPersonalName)])
}
