package aikit

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

// validatePassword says what would be wrong with a password, while somebody types it.
//
// Source: ai_kit_auth.views.ValidatePassword.
func (d *Dialect) validatePassword(c echo.Context) error {
	var in serializers.KitPassword
	if err := d.password.Read(c.Request(), &in); err != nil {
		return err
	}
	u := &models.User{Username: in.Username.Text, Email: in.Email.Text}
	if in.Ident.Given && d.cfg.TellOfIdents {
		var err error
		u, err = d.deps.Users.ByID(c.Request().Context(), identified(in.Ident.Text))
		if errors.Is(err, models.ErrNotFound) {
			return serializers.Invalid("unknown_user")
		}
		if err != nil {
			return err
		}
	}
	if err := d.deps.Accounts.CheckNewPassword(u, in.Password.Text); err != nil {
		return said(err)
	}
	return dialects.Respond(c, http.StatusOK, nothing{})
}

// sendReset mails a link to whoever forgot their password. The answer is the same for those whom nobody knows.
//
// Source: ai_kit_auth.views.InitiatePasswordResetView.
func (d *Dialect) sendReset(c echo.Context) error {
	body, err := serializers.ReadObject(d.cfg.Serializers, c.Request())
	if err != nil {
		return err
	}
	if err := missing(body, "ident"); err != nil {
		return err
	}
	ident, _ := body.Text("ident")
	if err := d.mailReset(c.Request().Context(), ident, d.deps.Frontend.Reset(d.base(c))); err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, nil)
}

// mailReset mails a link to whom ident means, and takes as long if that is nobody.
func (d *Dialect) mailReset(ctx context.Context, ident string, write auth.LinkWriter) error {
	u, err := d.deps.Users.Find(ctx, ident)
	if errors.Is(err, models.ErrNotFound) {
		return d.deps.Recoveries.Pretend(ctx, write)
	}
	if err != nil {
		return err
	}
	return d.deps.Recoveries.Request(ctx, u, write)
}

// resetPassword sets the new password of whoever has followed such a link.
//
// Source: ai_kit_auth.views.ResetPassword, which crashes where a key is missing.
func (d *Dialect) resetPassword(c echo.Context) error {
	const invalid = "reset_password_link_invalid"
	body, err := serializers.ReadObject(d.cfg.Serializers, c.Request())
	if err != nil {
		return err
	}
	if err := missing(body, "ident", "token"); err != nil {
		return err
	}
	ctx := c.Request().Context()
	id, token := linkOf(body)
	u, err := d.deps.Recoveries.Open(ctx, id, token)
	if err != nil {
		return linkRefused(err, invalid)
	}
	var in serializers.KitNewPassword
	if err := d.newPassword.Check(body, &in); err != nil {
		return err
	}
	if err := d.deps.Recoveries.Reset(ctx, u, token, in.Password.Text); err != nil {
		return said(linkRefused(err, invalid))
	}
	return dialects.Respond(c, http.StatusOK, nothing{})
}
