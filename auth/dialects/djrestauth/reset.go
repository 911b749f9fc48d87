package djrestauth

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

// Resets is the part of the core that lets people who forgot their password set a new one.
type Resets interface {
	// Mail sends a link to everybody whom address means; where makes an address of it, and may be told about the site.
	Mail(ctx context.Context, address string, where func(site models.Site, link auth.ResetLink) string) error
	// Open returns the user of a link, or auth.ErrUnknownUID or auth.ErrLinkInvalid.
	Open(ctx context.Context, link auth.ResetLink) (*models.User, error)
	// Reset sets the password of the user of a link. It returns a *auth.WeakPassword, or auth.ErrLinkInvalid when somebody
	// was faster.
	Reset(ctx context.Context, u *models.User, token, password string) error
}

// requestReset mails links. The answer is the same whether the address means somebody or not.
//
// Source: dj_rest_auth.views.PasswordResetView.
func (d *Dialect) requestReset(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.PasswordReset
	if err := d.reset.Read(c.Request(), &in); err != nil {
		return err
	}
	if err := d.resets.Mail(c.Request().Context(), in.Email.Text, d.cfg.ResetURL(c.Request())); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: "Password reset e-mail has been sent."})
}

// ResetURL makes addresses of links that set a password, on the site or where r came in.
//
// Source: dj_rest_auth.forms.default_url_generator; django.contrib.auth.forms.PasswordResetForm, whose links begin with
// the site's domain in any case.
func (c Config) ResetURL(r *http.Request) func(models.Site, auth.ResetLink) string {
	return func(site models.Site, link auth.ResetLink) string {
		links := c.Links
		switch {
		case !c.Allauth:
			links = links.AtDomain(r, site.Domain)
		case c.ResetAtSite:
			links = links.AtDomain(nil, site.Domain)
		}
		return links.Link(r, c.ResetLink, map[string]string{"uid": link.UID, "token": link.Token})
	}
}

// confirmReset sets the password of who brings a link.
//
// Source: dj_rest_auth.serializers.PasswordResetConfirmSerializer.
func (d *Dialect) confirmReset(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.PasswordResetConfirm
	if err := d.resetConfirm.Read(c.Request(), &in); err != nil {
		return err
	}
	ctx := c.Request().Context()
	u, err := d.resets.Open(ctx, auth.ResetLink{UID: in.UID.Text, Token: in.Token.Text})
	if err != nil {
		return badLink(err)
	}
	if in.NewPassword1.Text != in.NewPassword2.Text {
		return badPassword(passwordsDiffer)
	}
	if err := d.resets.Reset(ctx, u, in.Token.Text, in.NewPassword1.Text); err != nil {
		return badLink(weakPassword(err))
	}
	return dialects.Respond(c, http.StatusOK, serializers.Detail{Detail: "Password has been reset with the new password."})
}

// badLink says which part of a link is no good. Other errors are left alone.
func badLink(err error) error {
	field := "token"
	switch {
	case errors.Is(err, auth.ErrUnknownUID):
		field = "uid"
	case !errors.Is(err, auth.ErrLinkInvalid):
		return err
	}
	var faults serializers.Errors
	faults.Add(field, "Invalid value")
	return &faults
}
