package pages

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
)

// The pages that take changes of an account back.
const (
	undoEmailPage   = "undoemail.html"
	emailUndonePage = "emailundone.html"
)

// EmailChanges is the part of the core that gives users their former address back.
type EmailChanges interface {
	// Open returns the change that a key takes back, or auth.ErrLinkInvalid. It uses nothing up.
	Open(ctx context.Context, key string) (*models.EmailChange, error)
	// Undo takes it back, and returns the user, or auth.ErrLinkInvalid.
	Undo(ctx context.Context, key string) (*models.User, error)
}

// NewPassword returns the address where u, who has no password any more, chooses one.
type NewPassword func(r *http.Request, u *models.User) (string, error)

// MountUndoEmail puts the page behind target that makes the former address of a user the primary one again, unless target,
// which has {key} in it, leads to a frontend.
func (p *Pages) MountUndoEmail(site *dialects.Site, target string, changes EmailChanges, choose NewPassword) {
	mount(site, target,
		func(c echo.Context) error { return p.askToUndoEmail(c, changes) },
		func(c echo.Context) error { return p.undoEmail(c, changes, choose) })
}

// askToUndoEmail says what is going to happen, and shows a button.
func (p *Pages) askToUndoEmail(c echo.Context, changes EmailChanges) error {
	change, err := changes.Open(c.Request().Context(), c.Param("key"))
	if err != nil {
		return p.badLinkOr(c, err)
	}
	return p.show(c, http.StatusOK, undoEmailPage, map[string]any{"Address": change.Email, "Action": buttonAt(c)})
}

// undoEmail takes the key in the path.
func (p *Pages) undoEmail(c echo.Context, changes EmailChanges, choose NewPassword) error {
	u, err := changes.Undo(c.Request().Context(), c.Param("key"))
	if err != nil {
		return p.badLinkOr(c, err)
	}
	return p.showUndone(c, emailUndonePage, u, choose)
}

// showUndone says that a change was taken back, and leads to where a new password is chosen unless u is disabled.
func (p *Pages) showUndone(c echo.Context, page string, u *models.User, choose NewPassword) error {
	data := map[string]any{"Address": u.Email}
	if u.IsActive {
		next, err := choose(c.Request(), u)
		if err != nil {
			return err
		}
		data["Next"] = next
	}
	return p.show(c, http.StatusOK, page, data)
}
