package main

import (
	"time"

	"watchword/auth"
	"watchword/auth/signing"
	"watchword/models/gormstore"
	"watchword/schemes/jwt"
	"watchword/schemes/token"
)

// newLogins returns what ends with the password: the credentials of all schemes, whichever are asked for. Sessions are
// bound to the password themselves.
func newLogins(s *Settings, store *gormstore.Store) ([]auth.Logins, error) {
	tokens, err := token.New(s.Tokens, store)
	if err != nil {
		return nil, err
	}
	return []auth.Logins{tokens, token.NewPlain(store, time.Now), jwt.NewRevoker(s.JWT, store)}, nil
}

// newResets returns the links for people who forgot their password, made by django-allauth's rules or by Django's own.
func newResets(s *Settings, accounts *auth.Service, store *gormstore.Store, mails *mailing, allauth bool) (*auth.Resets, error) {
	tokens, err := signing.NewResetTokens(s.Signing, s.Reset)
	if err != nil {
		return nil, err
	}
	cfg := s.Resets
	cfg.Allauth = allauth
	return auth.NewResets(cfg, auth.ResetDeps{Accounts: accounts, Store: store, Tokens: tokens, Mailer: mails.outbox}), nil
}

// newResetMails returns the resets of dj-rest-auth, with their mails.
func newResetMails(s *Settings, accounts *auth.Service, store *gormstore.Store, mails *mailing) (*auth.ResetMails, error) {
	resets, err := newResets(s, accounts, store, mails, s.Features.Allauth)
	if err != nil {
		return nil, err
	}
	return auth.NewResetMails(resets, mails.templates, store, s.Project.SiteID), nil
}
