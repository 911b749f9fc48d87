package main

import (
	"log/slog"

	"watchword/audit"
	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects"
	"watchword/metrics"
	"watchword/models/gormstore"
	"watchword/schemes"
	"watchword/schemes/jwt"
	"watchword/schemes/jwt/keys"
	"watchword/schemes/session"
	"watchword/schemes/token"
	"watchword/webhooks"
)

// parts are what the endpoints are made of: everything that more than one of them needs, made once.
type parts struct {
	settings *Settings
	store    *gormstore.Store
	rows     rowCache
	mails    *mailing
	log      *slog.Logger
	metrics  *metrics.Metrics // nil: nobody is told

	accelerator   *keys.Accelerator
	ring          *keys.Ring
	publisher     *webhooks.Publisher
	audit         *audit.Log
	accounts      *auth.Service
	confirmations *auth.Confirmations // of django-rest-authtoken
	verifications *auth.Verifications // of django-allauth
	changes       *auth.EmailChanges
	deletions     *auth.Deletions

	bearer     *jwt.Scheme
	pairs      *jwt.Cookies
	tokens     *token.Scheme
	sessions   *session.Scheme
	protection *csrf.Protection
	known      []schemes.Scheme // of DEFAULT_AUTHENTICATION_CLASSES
}

// newParts makes the parts. It opens nothing but the keys.
func newParts(s *Settings, store *gormstore.Store, mails *mailing, log *slog.Logger) (*parts, error) {
	p := &parts{settings: s, store: store, mails: mails, log: log, publisher: webhooks.NewPublisher(s.Webhooks, store),
		audit: audit.New(s.Audit, store), rows: newRowCache(s, store)}
	var err error
	if p.accelerator, err = newAccelerator(s, log); err != nil {
		return nil, err
	}
	if p.ring, err = openKeys(s, p.accelerator); err != nil {
		return nil, err
	}
	passwords, err := newPasswords(s, log)
	if err != nil {
		return nil, err
	}
	p.metrics = newMetrics(s, store, passwords)
	p.rows.tell(p.metrics)
	if p.accounts, _, err = newAccounts(s, store, p.newSignals(), passwords, log); err != nil {
		return nil, err
	}
	if p.bearer, err = newBearer(s, p.ring, p.rows, p.accounts.Signals(), log); err != nil {
		return nil, err
	}
	if p.tokens, err = token.New(s.Tokens, p.rows); err != nil {
		return nil, err
	}
	if p.confirmations, err = newConfirmations(s, store, mails, p.accounts.Signals()); err != nil {
		return nil, err
	}
	p.verifications = newVerifications(s, store, mails, p.accounts.Signals())
	p.changes, p.deletions = p.newEmailChanges(), p.newDeletions()
	p.sessions, p.protection = newSession(s, p.rows, log)
	p.pairs = newCookies(s.RESTAuth, p.bearer, p.protection)
	p.known = newSchemes(s, p.accounts, p.bearer, p.pairs, p.tokens, p.sessions, p.rows)
	return p, nil
}

// newSite returns the site without any endpoint: what holds for all of them.
func (p *parts) newSite() (*dialects.Site, error) {
	s := p.settings
	site := dialects.NewSite(s.Site, s.REST.RESTConfig, p.log)
	if err := limitRates(site, s, newCounts(p.store)); err != nil {
		return nil, err
	}
	if s.sharesAcrossOrigins() {
		if err := site.ShareAcrossOrigins(s.CORS); err != nil {
			return nil, err
		}
	}
	if p.metrics != nil {
		site.Observe(p.metrics)
	}
	if s.usesSessions() {
		site.KeepSessions(p.sessions)
	}
	return site, nil
}
