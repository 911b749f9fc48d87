package main

import (
	"errors"

	"watchword/auth"
)

// signupDangers returns the combinations under which people could register and then not log in.
//
// Source: allauth.account.app_settings.AppSettings, which does not let Django start either.
func (s *Settings) signupDangers() []error {
	if !s.Features.Mounts.has(mountRESTAuth) || !s.Features.Allauth {
		return nil
	}
	var faults []error
	if s.Accounts.EmailVerification == auth.VerificationMandatory && !s.Signups.EmailRequired {
		faults = append(faults, errors.New("ACCOUNT_EMAIL_REQUIRED: must be true where ACCOUNT_EMAIL_VERIFICATION is "+
			"mandatory, or nobody without an address can ever log in"))
	}
	if s.Accounts.Method == auth.ByEmail && !s.Signups.EmailRequired {
		faults = append(faults, errors.New("ACCOUNT_EMAIL_REQUIRED: must be true where ACCOUNT_AUTHENTICATION_METHOD is "+
			"email"))
	}
	if s.Accounts.Method != auth.ByUsername && !s.Signups.UniqueEmail {
		faults = append(faults, errors.New("ACCOUNT_UNIQUE_EMAIL: must be true where ACCOUNT_AUTHENTICATION_METHOD is "+
			"not username"))
	}
	return faults
}
