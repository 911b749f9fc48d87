package djrestauth

import (
	"errors"

	"watchword/auth"
	"watchword/auth/social"
	"watchword/serializers"
)

// proofRefused says in words what is wrong with what came from a provider. Other errors are left alone.
func proofRefused(err error) error {
	var failure *social.Failure
	if errors.As(err, &failure) {
		return serializers.Invalid(proofMessage(failure.Reason))
	}
	return err
}

// proofMessage says what is wrong. The original has words for the first four only; for a bad token it says the fourth, or
// fails.
//
// Source: dj_rest_auth.registration.serializers.SocialLoginSerializer.
func proofMessage(reason social.Reason) string {
	switch reason {
	case social.Missing:
		return "Incorrect input. access_token or code is required."
	case social.NoCallback:
		return "Define callback_url in view"
	case social.ExchangeFailed:
		return "Failed to exchange code for access token"
	case social.WrongCallback:
		return "callback_url is not one of those that are configured."
	case social.UnknownClient:
		return "client_id is not one of ours."
	case social.NoVerifier:
		return "code_verifier is required."
	case social.ForeignToken:
		return "Incorrect value: the access token was issued to another client."
	case social.Unprovable:
		return "Incorrect value: nothing says whom the access token was issued to. Send the id_token or a code."
	case social.Malformed:
		return "Incorrect value: not an id_token."
	case social.BadSignature:
		return "Incorrect value: the provider has not signed the id_token."
	case social.WrongIssuer:
		return "Incorrect value: the id_token has the wrong issuer."
	case social.WrongAudience:
		return "Incorrect value: the id_token has the wrong audience."
	case social.Expired:
		return "Incorrect value: the id_token has expired."
	case social.NotYetValid:
		return "Incorrect value: the id_token is not valid yet."
	case social.WrongNonce:
		return "Incorrect value: the id_token has the wrong nonce."
	case social.WrongAccessToken:
		return "Incorrect value: the access token does not belong to the id_token."
	case social.NoSubject:
		return "Incorrect value: the provider does not say who it is."
	case social.NotConfigured:
		return "This provider is not configured."
	default:
		return "Incorrect value"
	}
}

// socialRefused says in words why the core lets somebody not in whom a provider knows, or takes a provider not away.
// Other errors are left alone.
//
// Source: dj_rest_auth.registration.serializers; dj_rest_auth.serializers.LoginSerializer; allauth.socialaccount.adapter.
func socialRefused(err error) error {
	for _, said := range []struct {
		reason  error
		message string
	}{
		{auth.ErrUserInactive, "User account is disabled."},
		{auth.ErrEmailNotVerified, "E-mail is not verified."},
		{auth.ErrEmailTaken, "User is already registered with this e-mail address."},
		{auth.ErrEmailMissing, "The provider gives no e-mail address, and there is no account without one."},
		{auth.ErrSignupClosed, "Sign up is currently closed."},
		{auth.ErrSocialAccountTaken, "The third-party account is already connected to a different account."},
		{auth.ErrLastLogin, "Your account has no password set up."},
		{auth.ErrNoVerifiedEmail, "Your account has no verified email address."},
	} {
		if errors.Is(err, said.reason) {
			return serializers.Invalid(said.message)
		}
	}
	return err
}
