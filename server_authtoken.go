package main

import (
	"slices"

	"watchword/auth"
	"watchword/auth/dialects/authtoken"
	"watchword/janitor"
	"watchword/models/gormstore"
	"watchword/schemes"
	"watchword/schemes/token"
)

// newAuthToken returns django-rest-authtoken's endpoints. known are the schemes of DEFAULT_AUTHENTICATION_CLASSES.
func newAuthToken(s *Settings, accounts *auth.Service, tokens *token.Scheme, confirmations *auth.Confirmations,
	store *gormstore.Store, known []schemes.Scheme) (*authtoken.Dialect, error) {
	cfg := s.AuthToken
	cfg.Serializers = s.Bodies
	deps := authtoken.Deps{
		Accounts: accounts.Recording(), Tokens: tokens, Schemes: withTokens(known, tokens), Facts: store,
		Signals: accounts.Signals(),
	}
	if !s.Registration.Enabled {
		return authtoken.New(cfg, deps)
	}
	if !s.Registration.Confirmation.Required {
		deps.Registrar = auth.NewRegistrar(s.Registration, accounts, store, nil)
		return authtoken.New(cfg, deps)
	}
	deps.Registrar = auth.NewRegistrar(s.Registration, accounts, store, confirmations)
	deps.Confirmer = confirmations
	return authtoken.New(cfg, deps)
}

// withTokens returns the schemes that are asked below the mount of tokens: those asked everywhere and, where that is not
// among them, the tokens before all others, or nobody could log out.
func withTokens(known []schemes.Scheme, tokens schemes.Scheme) []schemes.Scheme {
	if slices.Contains(known, tokens) {
		return known
	}
	return append([]schemes.Scheme{tokens}, known...)
}

// newConfirmations returns the links that prove addresses. mails may be nil where none are sent.
func newConfirmations(s *Settings, store *gormstore.Store, mails *mailing, signals *auth.Signals) (*auth.Confirmations, error) {
	deps := auth.ConfirmationDeps{Store: store, Users: store, Signals: signals}
	if mails != nil {
		deps.Mailer, deps.Templates = mails.outbox, mails.templates
	}
	return auth.NewConfirmations(s.confirmation(), deps)
}

// confirmation returns the Config of the links, completed by other settings.
func (s *Settings) confirmation() auth.ConfirmationConfig {
	cfg := s.Registration.Confirmation
	cfg.Digests = s.Tokens.Digests
	cfg.Path = s.Features.Mounts.first(mountAuthToken) + authtoken.ConfirmPath
	return cfg
}

// newJanitor returns what deletes the expired rows of all schemes, and old mails: one line for each kind.
func (p *parts) newJanitor() *janitor.Janitor {
	tasks := []janitor.Task{
		{Name: "refresh tokens", Sweep: p.store.DeleteExpiredTokens},
		{Name: "refresh families", Sweep: p.store.DeleteExpiredFamilies},
		{Name: "opaque tokens", Sweep: p.tokens.Sweep},
		{Name: "sessions", Sweep: p.store.DeleteExpiredSessions},
		{Name: "confirmation tokens", Sweep: p.confirmations.Sweep},
		{Name: "keys that confirm addresses", Sweep: p.verifications.Sweep},
		{Name: "changes of addresses", Sweep: p.changes.Sweep},
		{Name: "accounts to be deleted", Sweep: p.deletions.Sweep},
		{Name: "leases", Sweep: p.store.DeleteExpiredLeases},
		{Name: "finished mails", Sweep: p.mails.outbox.Sweep},
		{Name: "finished webhooks", Sweep: p.publisher.Sweep},
		{Name: "audit entries", Sweep: p.audit.Sweep},
	}
	cfg := p.settings.Janitor
	cfg.Swept = sweeps(p.metrics)
	return janitor.New(cfg, p.store, p.log, append(tasks, throttleTasks(p.store)...)...)
}
