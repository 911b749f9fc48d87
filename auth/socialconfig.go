package auth

import "fmt"

// SocialConfig says what becomes of people whom identity providers know, by django-allauth's rules.
type SocialConfig struct {
	// AutoSignup makes an account for who has none.
	AutoSignup bool `setting:"SOCIALACCOUNT_AUTO_SIGNUP" help:"Make an account for whom an identity provider knows and we do not. Off: they are refused, and only who has connected the provider to an account can log in with it."`
	// EmailRequired refuses to make an account without an address. nil: as for other accounts.
	EmailRequired *bool `setting:"SOCIALACCOUNT_EMAIL_REQUIRED" help:"Refuse an account whose identity provider gives no e-mail address. Default: as ACCOUNT_EMAIL_REQUIRED says."`
	// EmailVerification says whether such users must prove their address. nil: as for other accounts.
	EmailVerification *EmailVerification `setting:"SOCIALACCOUNT_EMAIL_VERIFICATION" help:"Whether who logs in with an identity provider has to verify an address that the provider has not: mandatory, optional or none. Default: as ACCOUNT_EMAIL_VERIFICATION says."`
	// EmailAuthentication lets providers open the account that has proved the same address.
	EmailAuthentication bool `setting:"SOCIALACCOUNT_EMAIL_AUTHENTICATION" help:"Let an identity provider that has verified an address log its owner in to the account that has verified it, too. Only with providers that can be trusted with that; also EMAIL_AUTHENTICATION of one provider."`
	// AutoConnect keeps the connection, so that later logins do not depend on the address.
	AutoConnect bool `setting:"SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT" help:"Connect the identity provider to the account that it has opened by the address."`
	// StoreTokens keeps the tokens of providers.
	StoreTokens bool `setting:"SOCIALACCOUNT_STORE_TOKENS" help:"Keep the tokens of identity providers, readable, in socialaccount_socialtoken."`

	// Offered are the providers that can be logged in with, by name.
	Offered []string
	// UniqueEmail refuses an account for an address that somebody claims.
	UniqueEmail bool
}

// DefaultSocialConfig makes accounts, and links none that are there.
func DefaultSocialConfig() SocialConfig { return SocialConfig{AutoSignup: true, UniqueEmail: true} }

// Validate returns every fault, each beginning with the setting's name.
func (c SocialConfig) Validate() error {
	if c.EmailVerification != nil && *c.EmailVerification == VerificationMandatory && !c.needsEmail() {
		return fmt.Errorf("SOCIALACCOUNT_EMAIL_VERIFICATION: %s needs SOCIALACCOUNT_EMAIL_REQUIRED", VerificationMandatory)
	}
	return nil
}

// needsEmail reports whether there is no account without an address.
func (c SocialConfig) needsEmail() bool { return c.EmailRequired != nil && *c.EmailRequired }
