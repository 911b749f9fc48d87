package auth

import (
	"context"
	"errors"

	"watchword/email"
	"watchword/models"
)

// NoticeConfig says what users are told of what happened to their account.
type NoticeConfig struct {
	// Enabled tells them at all.
	Enabled bool `setting:"ACCOUNT_EMAIL_NOTIFICATIONS" help:"Tell users by mail when their password was changed or reset, so that they notice if it was somebody else."`

	// SiteID is the row of django_site that says what the site is called in mails; without it they do not name it.
	SiteID int64
}

// DefaultNoticeConfig tells users.
func DefaultNoticeConfig() NoticeConfig { return NoticeConfig{Enabled: true} }

// ExactNoticeConfig tells nobody, as django-allauth.
//
// Source: allauth.account.app_settings.EMAIL_NOTIFICATIONS.
func ExactNoticeConfig() NoticeConfig { return NoticeConfig{} }

// Notices tells users by mail that their password was changed or reset. It hears of that as a Publisher: the mail is
// promised in the transaction that changes the password. Nobody without an address is told. It is safe for concurrent use.
type Notices struct {
	cfg       NoticeConfig
	mailer    Mailer
	templates Renderer
	sites     Sites
}

var _ Publisher = (*Notices)(nil)

// NewNotices returns notices that are mailed by mailer.
func NewNotices(cfg NoticeConfig, mailer Mailer, templates Renderer, sites Sites) *Notices {
	return &Notices{cfg: cfg, mailer: mailer, templates: templates, sites: sites}
}

// Publish promises a mail to u when e is the change of a password.
func (n *Notices) Publish(ctx context.Context, e models.Event, u models.User) error {
	if !n.cfg.Enabled || u.Email == "" || e != models.EventPasswordChanged && e != models.EventPostResetPassword {
		return nil
	}
	about := email.PasswordChanged{Username: u.Username}
	switch site, err := n.sites.Site(ctx, n.cfg.SiteID); {
	case err == nil:
		about.Site = site.Name
	case !errors.Is(err, models.ErrNotFound):
		return err
	}
	m, err := n.templates.Render(about)
	if err != nil {
		return err
	}
	m.To = u.Email
	return tell(ctx, n.mailer, m)
}

// Publishers tells several of what happens to accounts, in this order, until one fails.
type Publishers []Publisher

// Publish tells each of them.
func (p Publishers) Publish(ctx context.Context, e models.Event, u models.User) error {
	for _, one := range p {
		if err := one.Publish(ctx, e, u); err != nil {
			return err
		}
	}
	return nil
}
