package auth

import (
	"context"
	"fmt"
	"strings"

	"watchword/models"
)

// EmailVerification says whether users must prove that their address is theirs.
type EmailVerification string

// The degrees of verification of django-allauth.
const (
	VerificationMandatory EmailVerification = "mandatory" // no login before
	VerificationOptional  EmailVerification = "optional"  // asked for, not insisted on
	VerificationNone      EmailVerification = "none"
)

// UnmarshalText accepts the names of the degrees.
func (v *EmailVerification) UnmarshalText(text []byte) error {
	switch degree := EmailVerification(text); degree {
	case VerificationMandatory, VerificationOptional, VerificationNone:
		*v = degree
		return nil
	}
	return fmt.Errorf("must be mandatory, optional or none, not %q", text)
}

// RequireVerifiedEmail returns ErrEmailNotVerified where verification is mandatory and u has not proved the address in
// auth_user, which must be written exactly as the proved one is.
//
// Source: dj_rest_auth.serializers.LoginSerializer.validate_email_verification_status.
func (s *Service) RequireVerifiedEmail(ctx context.Context, u *models.User) error {
	if s.cfg.EmailVerification != VerificationMandatory {
		return nil
	}
	verified, err := s.store.EmailVerified(ctx, u.ID, u.Email)
	if err == nil && !verified {
		return ErrEmailNotVerified
	}
	return err
}

// usersByEmail finds the users of an address in any case. One who has proved it shuts out all who merely claim it.
//
// Source: allauth.account.utils.filter_users_by_email with prefer_verified.
func (s *Service) usersByEmail(ctx context.Context, email string) ([]models.User, error) {
	email = strings.ToLower(email)
	users, err := s.store.UsersByVerifiedEmail(ctx, email)
	if err != nil || len(users) > 0 {
		return users, err
	}
	return s.store.UsersByEmail(ctx, email)
}
