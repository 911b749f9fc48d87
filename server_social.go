package main

import (
	"log/slog"

	"watchword/auth"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/social"
	"watchword/models/gormstore"
	"watchword/schemes"
)

// newSocial returns what dj-rest-auth's endpoints about identity providers work with, or nil where there are none.
// Addresses are proved and linked as by registration.
func newSocial(s *Settings, cfg restAuthConfig, accounts *auth.Service, store *gormstore.Store, verifications *auth.Verifications,
	registration *djrestauth.Registration, ask []schemes.Scheme, log *slog.Logger) (*djrestauth.Social, error) {
	if len(s.Features.Social) == 0 || registration == nil {
		return nil, nil
	}
	asked := s.Providers
	asked.Leases = store
	sources, err := social.New(asked, s.Features.Social, log)
	if err != nil {
		return nil, err
	}
	known := accounts
	if cfg.SessionLogin || cfg.SocialSessionLogin {
		known = accounts.Recording() // a session is opened, which notes the time
	}
	var again djrestauth.Reauthentication
	if s.OwnAccount.Reauthentication.Required {
		again = auth.NewReauthentication(s.OwnAccount.Reauthentication, accounts, ask)
	}
	return &djrestauth.Social{
		Sources: sources, Accounts: known, Link: registration.Link, Reauthentication: again,
		Socials: auth.NewSocials(s.socials(), accounts, store, store, verifications),
	}, nil
}

// socials returns the rules for whom providers know: their own settings, and what others say about all accounts.
func (s *Settings) socials() auth.SocialConfig {
	cfg := s.Social
	cfg.Offered = s.Features.Social
	cfg.UniqueEmail = s.Signups.UniqueEmail
	if cfg.EmailRequired == nil {
		cfg.EmailRequired = &s.Signups.EmailRequired
	}
	return cfg
}
