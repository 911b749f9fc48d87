package djrestauth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"watchword/auth"
	"watchword/auth/dialects"
	"watchword/models"
	"watchword/serializers"
)

// Deletions is the part of the core that lets users delete their accounts.
type Deletions interface {
	// Request deletes u, and returns when the account is gone; models.ErrNotFound if somebody was faster.
	Request(ctx context.Context, u *models.User, undo auth.LinkTo) (time.Time, error)
	// Undo takes back what a link is about, and returns the user, or auth.ErrLinkInvalid.
	Undo(ctx context.Context, key string) (*models.User, error)
}

// Exports is the part of the core that tells users what is kept of them.
type Exports interface {
	// Of returns what is kept of u.
	Of(ctx context.Context, u *models.User) (auth.Export, error)
}

// deleteAccount deletes the account of who has just proved who they are.
func (d *Dialect) deleteAccount(c echo.Context) error {
	if err := d.provedByBody(c); err != nil {
		return err
	}
	r := c.Request()
	undo := func(key string) string { return d.own.UndoDeletionLink(r, key) }
	due, err := d.own.Deletions.Request(r.Context(), dialects.Current(c).User, undo)
	if errors.Is(err, models.ErrNotFound) {
		return serializers.NotFound("")
	}
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK, serializers.Deletion{
		Detail: "Your account is disabled, and will be deleted.", Due: serializers.Time(due)})
}

// undoDeletion keeps an account that was to be deleted.
func (d *Dialect) undoDeletion(c echo.Context) error {
	dialects.NoStore(c)
	var in serializers.EmailKey
	if err := d.emailKey.Read(c.Request(), &in); err != nil {
		return err
	}
	u, err := d.own.Deletions.Undo(c.Request().Context(), in.Key.Text)
	if errors.Is(err, auth.ErrLinkInvalid) {
		return serializers.NotFound("")
	}
	if err != nil {
		return err
	}
	return d.undone(c, u, "Your account will not be deleted.")
}

// exportAccount answers who has just logged in with what is kept of them.
func (d *Dialect) exportAccount(c echo.Context) error {
	if err := d.own.Reauthentication.Require(c.Request().Context(), dialects.Current(c), ""); err != nil {
		return reauthenticationRefused(err)
	}
	return d.export(c)
}

// exportByPassword is exportAccount for who gives the password.
func (d *Dialect) exportByPassword(c echo.Context) error {
	if err := d.provedByBody(c); err != nil {
		return err
	}
	return d.export(c)
}

func (d *Dialect) export(c echo.Context) error {
	dialects.NoStore(c)
	out, err := d.own.Exports.Of(c.Request().Context(), dialects.Current(c).User)
	if err != nil {
		return err
	}
	return dialects.Respond(c, http.StatusOK,
		serializers.NewExport(&out.User, d.cfg.Users, out.Addresses, out.SocialAccounts, out.Logins, out.Groups))
}

// provedByBody asks who is logged in for the password, or for a young login.
func (d *Dialect) provedByBody(c echo.Context) error {
	var in serializers.PasswordProof
	if err := d.passwordProof.Read(c.Request(), &in); err != nil {
		return err
	}
	err := d.own.Reauthentication.Require(c.Request().Context(), dialects.Current(c), in.Password.Text)
	return reauthenticationRefused(err)
}
