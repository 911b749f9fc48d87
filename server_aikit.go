package main

import (
	"maps"
	"slices"

	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects/aikit"
	"watchword/auth/signing"
	"watchword/models"
	"watchword/models/gormstore"
	"watchword/schemes"
)

// newAIKit returns django-ai-kit-auth's endpoints. known are the schemes of DEFAULT_AUTHENTICATION_CLASSES.
func newAIKit(s *Settings, accounts *auth.Service, store *gormstore.Store, mails *mailing, sessions schemes.Scheme,
	protection *csrf.Protection, known []schemes.Scheme) (*aikit.Dialect, error) {
	activations, err := newActivations(s, accounts, store, mails)
	if err != nil {
		return nil, err
	}
	resets, err := newResets(s, accounts, store, mails, false)
	if err != nil {
		return nil, err
	}
	identities := auth.NewIdentities(s.AIKit.Identity, store)
	cfg := s.AIKit.Views
	cfg.Serializers = s.Bodies
	cfg.Links = s.Links
	cfg.Links.IsSecure = s.Site.IsSecure
	return aikit.New(cfg, aikit.Deps{
		Accounts: accounts.Recording().ByIdentity(identities), Users: identities,
		Enrolments:  auth.NewEnrolments(s.AIKit.Enrolment, accounts, store, identities, activations),
		Activations: activations, Recoveries: auth.NewRecoveries(resets, activations),
		Frontend: newFrontend(s, mails), Facts: store,
		Sessions: sessions, CSRF: protection, Schemes: withSessions(known, sessions), Signals: accounts.Signals(),
	})
}

// withSessions returns the schemes that are asked below the mount of ai-kit: those asked everywhere and, where that is
// not among them, the sessions after all others, or nobody would be known after a login.
func withSessions(known []schemes.Scheme, sessions schemes.Scheme) []schemes.Scheme {
	if slices.Contains(known, sessions) {
		return known
	}
	return append(slices.Clone(known), sessions)
}

// newActivations returns the links that make accounts active. mails may be nil where none are sent.
func newActivations(s *Settings, accounts *auth.Service, store *gormstore.Store, mails *mailing) (*auth.Activations, error) {
	tokens, err := signing.NewResetTokens(s.Signing, s.Reset)
	if err != nil {
		return nil, err
	}
	deps := auth.ActivationDeps{Store: store, Tokens: tokens, Signals: accounts.Signals()}
	if mails != nil {
		deps.Mailer = mails.outbox
	}
	return auth.NewActivations(s.AIKit.Activation, deps), nil
}

// newFrontend returns what words the mails with links into the application.
func newFrontend(s *Settings, mails *mailing) *auth.Frontend {
	data := s.AIKit.Templates.Data
	return auth.NewFrontend(s.AIKit.Frontend, mails.templates, func(*models.User) map[string]string { return maps.Clone(data) })
}
