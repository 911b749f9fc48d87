package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
)

// changePasswordPath is where password managers look for the place to change a password.
const changePasswordPath = "/.well-known/change-password"

// MountChangePassword sends browsers that look for the place to change a password to target, a path here or a URL.
//
// Source: W3C, A Well-Known URL for Changing Passwords.
func MountChangePassword(site *dialects.Site, target string) {
	site.MountPlain(changePasswordPath, only(http.MethodGet, func(c echo.Context) error { return redirect(c, target) }))
}
