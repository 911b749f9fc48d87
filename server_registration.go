package main

import (
	"cmp"
	"net/http"

	"watchword/auth"
	"watchword/auth/dialects/djrestauth"
	"watchword/models/gormstore"
)

// The names of links in FEATURES.links.
const linkEmailConfirmation = "email_confirmation"

// newVerifications returns the links by which users prove addresses.
func newVerifications(s *Settings, store *gormstore.Store, mails *mailing, signals *auth.Signals) *auth.Verifications {
	cfg := s.Verification
	cfg.Keys = s.Signing
	return auth.NewVerifications(cfg, auth.VerificationDeps{
		Store: store, Keys: store, Leases: store, Mailer: mails.outbox, Templates: mails.templates, Signals: signals,
	})
}

// newRegistration returns what dj-rest-auth's registration works with.
func newRegistration(s *Settings, accounts *auth.Service, store *gormstore.Store,
	verifications *auth.Verifications) *djrestauth.Registration {
	newcomers := accounts
	if s.RESTAuth.SessionLogin || s.RESTAuth.LavishRegistration {
		newcomers = accounts.Recording() // a session is opened, which notes the time
	}
	target := s.confirmLink()
	return &djrestauth.Registration{
		Signups:       auth.NewSignups(s.Signups, accounts, store, verifications),
		Verifications: verifications,
		Accounts:      newcomers,
		Link: func(r *http.Request, key string) string {
			return s.Links.Link(r, target, map[string]string{"key": key})
		},
	}
}

// confirmLink is where links lead that prove addresses: what FEATURES.links says, or the page below the mount.
func (s *Settings) confirmLink() string {
	return cmp.Or(s.Features.Links[linkEmailConfirmation],
		s.Features.Mounts[mountRESTAuth]+"registration/account-confirm-email/{key}/")
}
