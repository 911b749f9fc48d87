package pages

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// The pages for people who forgot their password.
const (
	forgottenPage = "forgotten.html"
	resetSentPage = "resetsent.html"
)

// ResetMails is the part of the core that mails links to people who forgot their password.
type ResetMails interface {
	// Mail sends a link to everybody whom address means; where makes an address of it.
	Mail(ctx context.Context, address string, where func(site models.Site, link auth.ResetLink) string) error
}

// Forgotten says how the page works where people ask for a new password.
type Forgotten struct {
	Path   string // a path here
	Scope  string // what scoped throttles count requests as
	Resets ResetMails
	Link   func(r *http.Request) func(models.Site, auth.ResetLink) string // where the links lead in mails that a request causes
	Bodies serializers.Config
}

// MountForgotten puts the page on site where people who forgot their password have a link mailed to them. The answer is
// the same whether somebody has the address or not.
//
// Unlike the links in mails, the page needs no secret. So it is not taken from other sites, whose visitors would ask
// without knowing.
//
// Source: django.contrib.auth.views.PasswordResetView.
func (p *Pages) MountForgotten(site *dialects.Site, cfg Forgotten) {
	reset := serializers.New[serializers.PasswordReset](cfg.Bodies)
	site.MountPlain(cfg.Path, only(http.MethodGet, func(c echo.Context) error {
		return p.show(c, http.StatusOK, forgottenPage, map[string]any{"Action": buttonAt(c)})
	}))
	send := func(c echo.Context) error { return p.mailReset(c, cfg, reset) }
	site.MountPlain(buttonOf(cfg.Path), only(http.MethodPost, site.Limit(cfg.Scope, send)))
}

// mailReset takes the form.
func (p *Pages) mailReset(c echo.Context, cfg Forgotten, reset *serializers.Serializer[serializers.PasswordReset]) error {
	r := c.Request()
	if p.browsers.Check(r) != nil {
		return echo.ErrForbidden
	}
	var in serializers.PasswordReset
	err := reset.Read(r, &in)
	var faults *serializers.Errors
	if errors.As(err, &faults) {
		return p.show(c, http.StatusBadRequest, forgottenPage, map[string]any{
			"Action": r.URL.EscapedPath(), "Faults": faults.Messages("email"), "Email": in.Email.Text})
	}
	if err == nil {
		err = cfg.Resets.Mail(r.Context(), in.Email.Text, cfg.Link(r))
	}
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, resetSentPage, nil)
}
