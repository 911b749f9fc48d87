package main

import (
	"log/slog"

	"watchword/auth"
	"watchword/models/gormstore"
)

// projectHooks are functions of one's own that hear of accounts. There are none: this is where to put some.
func projectHooks() auth.Hooks { return auth.Hooks{} }

// newSignals returns what tells hooks and others of accounts.
func newSignals(publisher auth.Publisher, store *gormstore.Store, log *slog.Logger) *auth.Signals {
	return auth.NewSignals(projectHooks(), publisher, store, log)
}

// newNotices returns what tells users by mail what happened to their accounts.
func newNotices(s *Settings, store *gormstore.Store, mails *mailing) *auth.Notices {
	cfg := s.Notices
	cfg.SiteID = s.Project.SiteID
	return auth.NewNotices(cfg, mails.outbox, mails.templates, store)
}
