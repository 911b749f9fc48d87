package main

import (
	"log/slog"
	"slices"

	"watchword/auth/csrf"
	"watchword/schemes/session"
)

// newSession returns the scheme of Django's sessions, and the protection of the requests that carry them.
func newSession(s *Settings, store rowCache, log *slog.Logger) (*session.Scheme, *csrf.Protection) {
	cfg := s.Sessions
	cfg.Log = log
	for _, backend := range s.Accounts.Backends {
		cfg.Backends = append(cfg.Backends, backend.DottedName())
	}
	keeper := session.NewKeeper(cfg, store, s.Signing)
	protected := s.CSRF
	protected.IsSecure = s.Site.IsSecure
	protection := csrf.New(protected)
	if protected.UseSessions {
		protection = csrf.NewInSessions(protected, keeper)
	}
	return session.New(keeper, store, protection), protection
}

// usesSessions reports whether anything that is served looks at sessions.
func (s *Settings) usesSessions() bool {
	return s.CSRF.UseSessions || s.Features.Mounts.has(mountAIKit) || slices.Contains(s.REST.Authentication, classSession) ||
		s.anyRESTAuth(restAuthConfig.opensSessions)
}
