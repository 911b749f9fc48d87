package main

import (
	"cmp"
	"net/http"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/dialects/pages"
	"watchword/models"
)

// ownUndoEmailLink is where the page is that gives a user the former address back, below the mount.
const ownUndoEmailLink = "email/undo/{key}/"

// ownUndoDeletionLink is where the page is that keeps an account which was to be deleted, below the mount.
const ownUndoDeletionLink = "account/delete/undo/{key}/"

// newDeletions returns what deletes accounts.
func (p *parts) newDeletions() *auth.Deletions {
	cfg := p.settings.OwnAccount.Deletion
	cfg.Keys = p.settings.Signing
	return auth.NewDeletions(cfg, auth.DeletionDeps{
		Service: p.accounts, Store: p.store, Mailer: p.mails.outbox, Templates: p.mails.templates, Log: p.log,
	})
}

// newEmailChanges returns the links that take changes of addresses back.
func (p *parts) newEmailChanges() *auth.EmailChanges {
	return auth.NewEmailChanges(p.settings.addresses(), auth.EmailChangeDeps{
		Service: p.accounts, Store: p.store, Mailer: p.mails.outbox, Templates: p.mails.templates,
	})
}

// addresses returns the Config of users' addresses, completed by other settings.
func (s *Settings) addresses() auth.AddressConfig {
	cfg := s.OwnAccount.Addresses
	cfg.Signup, cfg.Rate, cfg.Keys = s.Signups, s.Verification.Rates.ManageEmail, s.Signing
	return cfg
}

// newOwnAccount returns what users change their addresses with, or nil where django-allauth is absent.
func (p *parts) newOwnAccount(registration *djrestauth.Registration, resets *auth.ResetMails) *djrestauth.OwnAccount {
	s := p.settings
	if registration == nil {
		return nil
	}
	links, undo, keep := s.links(), s.undoEmailLink(), s.undoDeletionLink()
	return &djrestauth.OwnAccount{
		Addresses:        auth.NewAddresses(s.addresses(), p.accounts, p.store, p.verifications, p.changes),
		EmailChanges:     p.changes,
		Reauthentication: auth.NewReauthentication(s.OwnAccount.Reauthentication, p.accounts, p.known),
		NewPasswords:     resets,
		ProveLink:        registration.Link,
		UndoEmailLink: func(r *http.Request, key string) string {
			return links.Link(r, undo, map[string]string{"key": key})
		},
		Deletions: p.deletions,
		Exports:   auth.NewExports(p.store),
		UndoDeletionLink: func(r *http.Request, key string) string {
			return links.Link(r, keep, map[string]string{"key": key})
		},
	}
}

// undoEmailLink is where links lead that take a change of address back: what FEATURES.links says, or the page below the
// mount.
func (s *Settings) undoEmailLink() string {
	return cmp.Or(s.Features.Links[linkEmailUndo], s.Features.Mounts.first(mountRESTAuth)+ownUndoEmailLink)
}

// undoDeletionLink is where links lead that keep an account: what FEATURES.links says, or the page below the mount.
func (s *Settings) undoDeletionLink() string {
	return cmp.Or(s.Features.Links[linkDeletionUndo], s.Features.Mounts.first(mountRESTAuth)+ownUndoDeletionLink)
}

// undoDeletionLinks are all paths and URLs of such links, each once.
func (s *Settings) undoDeletionLinks() []string {
	return s.everyLink(s.undoDeletionLink(), ownUndoDeletionLink)
}

// undoEmailLinks are all paths and URLs of such links, each once.
func (s *Settings) undoEmailLinks() []string { return s.everyLink(s.undoEmailLink(), ownUndoEmailLink) }

// mountOwnPages puts the pages on site that take changes of accounts back, where these do not lead to a frontend.
func (p *parts) mountOwnPages(site *dialects.Site, show *pages.Pages, resets *auth.ResetMails) {
	links, target := p.settings.links(), p.settings.resetLink()
	choose := func(r *http.Request, u *models.User) (string, error) {
		link, err := resets.Link(r.Context(), u)
		return links.Link(r, target, map[string]string{"uid": link.UID, "token": link.Token}), err
	}
	for _, link := range p.settings.undoEmailLinks() {
		show.MountUndoEmail(site, link, p.changes, choose)
	}
	for _, link := range p.settings.undoDeletionLinks() {
		show.MountKeep(site, link, p.deletions, choose)
	}
}
