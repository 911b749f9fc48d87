package pages

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
)

// The pages about addresses.
const (
	confirmPage   = "confirm.html"
	confirmedPage = "confirmed.html"
	takenPage     = "taken.html"
	badLinkPage   = "badlink.html"
	sentPage      = "sent.html"
)

// Verifications is the part of the core that takes the links by which users prove addresses.
type Verifications interface {
	// Open returns the address that a key would prove, or auth.ErrLinkInvalid. It uses nothing up.
	Open(ctx context.Context, key string) (*models.EmailAddress, error)
	// Confirm takes a key. It returns auth.ErrLinkInvalid for one that is no good, and auth.ErrEmailTaken when somebody
	// else has proved the address.
	Confirm(ctx context.Context, key string) error
}

// MountConfirm puts the page behind target that confirms an address, unless target, which has {key} in it, leads to a
// frontend.
//
// Source: allauth.account.views.ConfirmEmailView.
func (p *Pages) MountConfirm(site *dialects.Site, target string, cfg Config, verifications Verifications) {
	confirm := func(c echo.Context) error { return p.confirm(c, cfg, verifications) }
	ask := func(c echo.Context) error { return p.askToConfirm(c, verifications) }
	if cfg.ConfirmOnGet {
		ask = confirm
	}
	mount(site, target, ask, confirm)
}

// MountSent puts the page at path that says that a mail is on its way.
func (p *Pages) MountSent(site *dialects.Site, path string) {
	site.MountPlain(path, only(http.MethodGet, func(c echo.Context) error {
		return p.show(c, http.StatusOK, sentPage, nil)
	}))
}

// askToConfirm shows the address and a button.
func (p *Pages) askToConfirm(c echo.Context, verifications Verifications) error {
	a, err := verifications.Open(c.Request().Context(), c.Param("key"))
	if err != nil {
		return p.badLinkOr(c, err)
	}
	return p.show(c, http.StatusOK, confirmPage, map[string]any{"Address": a.Email, "Action": buttonAt(c)})
}

// confirm takes the key in the path. HEAD changes nothing, even where GET does.
func (p *Pages) confirm(c echo.Context, cfg Config, verifications Verifications) error {
	if c.Request().Method == http.MethodHead {
		return p.askToConfirm(c, verifications)
	}
	err := verifications.Confirm(c.Request().Context(), c.Param("key"))
	switch {
	case errors.Is(err, auth.ErrEmailTaken):
		return p.show(c, http.StatusConflict, takenPage, nil)
	case err != nil:
		return p.badLinkOr(c, err)
	case cfg.ConfirmedURL != "":
		return redirect(c, cfg.ConfirmedURL)
	}
	return p.show(c, http.StatusOK, confirmedPage, nil)
}
