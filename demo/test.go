package demo

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/schemes"
)

// Checker tells requests that their sender meant to send from those that another site made a browser send.
type Checker interface {
	// Check returns nil for the former, and why not for the latter.
	Check(r *http.Request) error
}

// tested is what /api/v1/test/ says.
type tested struct {
	Test string `json:"test"`
}

// MountTest puts two views on site that applications in the browser try themselves on: /api/v1/test/, which asks for a
// CSRF token of everybody, and /api/v1/unauthorized/, which refuses everybody.
func MountTest(site *dialects.Site, csrf Checker, tried ...schemes.Scheme) {
	site.Mount("/api/v1/test/", dialects.View{
		Name: "Test", Schemes: tried,
		Post: dialects.Action{Handle: func(c echo.Context) error {
			dialects.VaryByCookie(c)
			if csrf.Check(c.Request()) != nil {
				return dialects.WritePage(c, http.StatusForbidden)
			}
			return dialects.Respond(c, http.StatusOK, tested{"it works"})
		}},
	})
	site.MountPlain("/api/v1/unauthorized/", func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderContentType, "text/html; charset=utf-8")
		return c.NoContent(http.StatusUnauthorized)
	})
}
