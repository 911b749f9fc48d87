package main

import (
	"cmp"
	"net/http"
	"slices"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/auth/dialects/djrestauth"
	"watchword/auth/dialects/pages"
	"watchword/models/gormstore"
)

// ownConfirmLink is where the page that confirms an address is in any case, below the mount.
const ownConfirmLink = "registration/account-confirm-email/{key}/"

// forgottenPath is where the page is on which people who forgot their password ask for a link.
const forgottenPath = "/password-reset/"

// newVerifications returns the links by which users prove addresses.
func newVerifications(s *Settings, store *gormstore.Store, mails *mailing, signals *auth.Signals) *auth.Verifications {
	cfg := s.Verification
	cfg.Keys = s.Signing
	return auth.NewVerifications(cfg, auth.VerificationDeps{
		Store: store, Keys: store, Leases: store, Mailer: mails.outbox, Templates: mails.templates, Signals: signals,
	})
}

// newRegistration returns what dj-rest-auth's registration works with, or nil where django-allauth is absent.
func newRegistration(s *Settings, cfg restAuthConfig, accounts *auth.Service, store *gormstore.Store,
	verifications *auth.Verifications) *djrestauth.Registration {
	if !s.Features.Allauth {
		return nil
	}
	newcomers := accounts
	if cfg.SessionLogin || cfg.LavishRegistration {
		newcomers = accounts.Recording() // a session is opened, which notes the time
	}
	links, target := s.links(), s.confirmLink()
	return &djrestauth.Registration{
		Signups:       auth.NewSignups(s.Signups, accounts, store, verifications),
		Verifications: verifications,
		Accounts:      newcomers,
		Link: func(r *http.Request, key string) string {
			return links.Link(r, target, map[string]string{"key": key})
		},
	}
}

// confirmLink is where links lead that prove addresses: what FEATURES.links says, or the page below the mount.
func (s *Settings) confirmLink() string {
	return cmp.Or(s.Features.Links[linkEmailConfirmation],
		s.Features.Mounts.first(mountRESTAuth)+ownConfirmLink)
}

// mountPages puts the pages on site that the links in mails of dj-rest-auth lead to, where these do not lead to a frontend.
func (p *parts) mountPages(site *dialects.Site) error {
	s := p.settings
	show, err := pages.New(s.Pages)
	if err != nil {
		return err
	}
	resets, err := newResetMails(s, p.accounts, p.store, p.mails)
	if err != nil {
		return err
	}
	show.MountForgotten(site, pages.Forgotten{Path: forgottenPath, Scope: djrestauth.ThrottleScope, Resets: resets,
		Link: s.restAuth(s.RESTAuth).ResetURL, Bodies: s.Bodies})
	pages.MountChangePassword(site, cmp.Or(s.Features.Links[linkChangePassword], forgottenPath))
	show.MountPassword(site, s.resetLink(), resets)
	if !s.Features.Allauth {
		return nil
	}
	p.mountOwnPages(site, show, resets)
	for _, prefix := range s.Features.Mounts[mountRESTAuth] {
		show.MountSent(site, prefix+"registration/account-email-verification-sent/")
	}
	for _, link := range s.confirmLinks() {
		show.MountConfirm(site, link, s.Pages, p.verifications)
	}
	return nil
}

// confirmLinks are all paths and URLs of links that prove addresses, each once.
func (s *Settings) confirmLinks() []string { return s.everyLink(s.confirmLink(), ownConfirmLink) }

// everyLink are the links to target, and those to the same page below every mount.
func (s *Settings) everyLink(target, own string) []string {
	links := []string{target}
	for _, prefix := range s.Features.Mounts[mountRESTAuth] {
		links = append(links, prefix+own)
	}
	slices.Sort(links)
	return slices.Compact(links)
}

// links says where the links in mails lead, completed by other settings.
func (s *Settings) links() dialects.LinkConfig {
	links := s.Links
	links.IsSecure = s.Site.IsSecure
	return links
}
