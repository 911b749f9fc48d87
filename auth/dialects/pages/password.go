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

// The pages about passwords.
const (
	passwordPage = "password.html"
	changedPage  = "changed.html"
)

// Resets is the part of the core that takes the links of people who forgot their password.
type Resets interface {
	// Open returns the user whose link it is. It returns auth.ErrLinkInvalid or auth.ErrUnknownUID for any other link, and
	// uses nothing up.
	Open(ctx context.Context, link auth.ResetLink) (*models.User, error)
	// Reset gives the user whom Open returned a new password. It returns a *auth.WeakPassword, which leaves the link good,
	// or auth.ErrLinkInvalid.
	Reset(ctx context.Context, u *models.User, token, password string) error
}

// MountPassword puts the page behind target that sets a new password, unless target, which has {uid} and {token} in it,
// leads to a frontend.
//
// Source: django.contrib.auth.views.PasswordResetConfirmView.
func (p *Pages) MountPassword(site *dialects.Site, target string, resets Resets) {
	mount(site, target,
		func(c echo.Context) error { return p.askForPassword(c, resets) },
		func(c echo.Context) error { return p.setPassword(c, resets) })
}

// askForPassword shows the form.
func (p *Pages) askForPassword(c echo.Context, resets Resets) error {
	u, err := resets.Open(c.Request().Context(), linkOf(c))
	if isBadLink(err) {
		return p.show(c, http.StatusNotFound, badLinkPage, nil)
	}
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, passwordPage, map[string]any{"Username": u.Username, "Action": buttonAt(c)})
}

// setPassword takes the form.
func (p *Pages) setPassword(c echo.Context, resets Resets) error {
	r := c.Request()
	u, err := resets.Open(r.Context(), linkOf(c))
	if err == nil {
		if err := r.ParseForm(); err != nil {
			return echo.ErrBadRequest
		}
		first, second := r.PostForm.Get("new_password1"), r.PostForm.Get("new_password2")
		if faults := compare(first, second); faults != nil {
			return p.askAgain(c, u, faults)
		}
		err = resets.Reset(r.Context(), u, c.Param("token"), first)
	}
	var weak *auth.WeakPassword
	switch {
	case isBadLink(err):
		return p.show(c, http.StatusNotFound, badLinkPage, nil)
	case errors.As(err, &weak):
		return p.askAgain(c, u, sentences(weak))
	case err != nil:
		return err
	}
	return p.show(c, http.StatusOK, changedPage, nil)
}

// askAgain shows the form once more, and what was wrong.
func (p *Pages) askAgain(c echo.Context, u *models.User, faults []string) error {
	return p.show(c, http.StatusBadRequest, passwordPage, map[string]any{
		"Username": u.Username, "Action": c.Request().URL.EscapedPath(), "Faults": faults,
	})
}

// compare returns what is wrong with a password and its repetition.
func compare(first, second string) []string {
	switch {
	case first == "":
		return []string{"Please choose a password."}
	case first != second:
		return []string{"The two password fields didn’t match."}
	}
	return nil
}

// sentences says why a password is not good enough.
func sentences(weak *auth.WeakPassword) []string {
	var list []string
	for _, fault := range weak.Faults {
		list = append(list, dialects.PasswordMessage(fault.Code, fault.Attribute, fault.MinLength))
	}
	return list
}

func linkOf(c echo.Context) auth.ResetLink {
	return auth.ResetLink{UID: c.Param("uid"), Token: c.Param("token")}
}

func isBadLink(err error) bool {
	return errors.Is(err, auth.ErrLinkInvalid) || errors.Is(err, auth.ErrUnknownUID)
}
