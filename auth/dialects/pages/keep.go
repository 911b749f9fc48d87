package pages

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
)

// The pages that keep an account which was to be deleted.
const (
	keepPage = "keep.html"
	keptPage = "kept.html"
)

// Deletions is the part of the core that lets users keep their accounts after all.
type Deletions interface {
	// Open returns the wish that a key takes back, or auth.ErrLinkInvalid. It uses nothing up.
	Open(ctx context.Context, key string) (*models.PendingDeletion, error)
	// Undo takes it back, and returns the user, or auth.ErrLinkInvalid.
	Undo(ctx context.Context, key string) (*models.User, error)
}

// MountKeep puts the page behind target that keeps an account which was to be deleted, unless target, which has {key} in
// it, leads to a frontend.
func (p *Pages) MountKeep(site *dialects.Site, target string, deletions Deletions, choose NewPassword) {
	mount(site, target, func(c echo.Context) error {
		wish, err := deletions.Open(c.Request().Context(), c.Param("key"))
		if err != nil {
			return p.badLinkOr(c, err)
		}
		return p.show(c, http.StatusOK, keepPage,
			map[string]any{"Until": wish.Due.Format(time.DateOnly), "Action": buttonAt(c)})
	}, func(c echo.Context) error {
		u, err := deletions.Undo(c.Request().Context(), c.Param("key"))
		if err != nil {
			return p.badLinkOr(c, err)
		}
		return p.showUndone(c, keptPage, u, choose)
	})
}
