package main

import (
	"log/slog"

	"watchword/audit"
	"watchword/auth"
	"watchword/metrics"
	"watchword/models/gormstore"
)

// projectHooks are functions of one's own that hear of accounts. There are none: this is where to put some.
func projectHooks() auth.Hooks { return auth.Hooks{} }

// newSignals returns what tells hooks, others and the audit log of accounts.
func newSignals(publisher auth.Publisher, diary *audit.Log, store *gormstore.Store, log *slog.Logger) *auth.Signals {
	return auth.NewSignals(projectHooks(), publisher, store, log).Audited(diary)
}

// newSignals is newSignals for a server, which also counts.
func (p *parts) newSignals() *auth.Signals {
	told := auth.Publishers{p.publisher, newNotices(p.settings, p.store, p.mails)}
	signals := newSignals(told, p.audit, p.store, p.log)
	if p.metrics == nil {
		return signals
	}
	return signals.Audited(metrics.NewAccounts(p.metrics, p.store))
}

// newNotices returns what tells users by mail what happened to their accounts.
func newNotices(s *Settings, store *gormstore.Store, mails *mailing) *auth.Notices {
	cfg := s.Notices
	cfg.SiteID = s.Project.SiteID
	return auth.NewNotices(cfg, mails.outbox, mails.templates, store)
}
