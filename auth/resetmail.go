package auth

import (
	"context"
	"errors"
	"net/url"

	"watchword/email"
	"watchword/models"
)

// Sites finds the row of django_site that says what this site is called.
type Sites interface {
	// Site returns the site of that id, or models.ErrNotFound.
	Site(ctx context.Context, id int64) (*models.Site, error)
}

// ResetMails are resets whose mails are made from the template reset_password. It is safe for concurrent use.
type ResetMails struct {
	*Resets
	templates Renderer
	sites     Sites
	siteID    int64
}

// NewResetMails returns resets whose mails speak of the site with that id.
func NewResetMails(resets *Resets, templates Renderer, sites Sites, siteID int64) *ResetMails {
	return &ResetMails{Resets: resets, templates: templates, sites: sites, siteID: siteID}
}

// Mail is Request with a mail about the address that where makes of a link. The site is empty if there is no row for it.
func (m *ResetMails) Mail(ctx context.Context, address string, where func(site models.Site, link ResetLink) string) error {
	site, err := m.sites.Site(ctx, m.siteID)
	if errors.Is(err, models.ErrNotFound) {
		site = &models.Site{}
	} else if err != nil {
		return err
	}
	return m.Request(ctx, address, func(u *models.User, link ResetLink) (email.Message, error) {
		about := email.ResetPassword{Site: site.Name, URL: where(*site, link)}
		if m.deps.Accounts.Method() != ByEmail {
			about.Username = u.Username
		}
		if about.Site == "" {
			about.Site = hostOf(about.URL)
		}
		return m.templates.Render(about)
	})
}

// hostOf is the host of an address; "" for a text that is none.
func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Host
}
