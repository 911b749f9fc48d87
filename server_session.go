package main

import (
	"watchword/auth/csrf"
	"watchword/models/gormstore"
	"watchword/schemes/session"
)

// newSession returns the scheme of Django's sessions.
func newSession(s *Settings, store *gormstore.Store) *session.Scheme {
	cfg := s.Sessions
	for _, backend := range s.Accounts.Backends {
		cfg.Backends = append(cfg.Backends, backend.DottedName())
	}
	protection := s.CSRF
	protection.IsSecure = s.Site.IsSecure
	return session.New(cfg, store, csrf.New(protection), s.Signing)
}
