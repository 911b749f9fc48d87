package demo

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
)

// CSRF hands out the tokens that pages repeat in requests which change something.
type CSRF interface {
	// Token returns a token for the browser that sent r, and the cookies to send with it.
	Token(r *http.Request) (token string, cookies []*http.Cookie, err error)
}

// MountCSRF puts at /getcsrf/ a view that only gives browsers the cookie with the CSRF secret.
func MountCSRF(site *dialects.Site, csrf CSRF) {
	site.Mount("/getcsrf/", dialects.View{Name: "Get CSRF", NoHead: true, Get: dialects.Action{Handle: func(c echo.Context) error {
		_, cookies, err := csrf.Token(c.Request())
		if err != nil {
			return err
		}
		dialects.VaryByCookie(c)
		dialects.SetCookies(c, cookies)
		return dialects.Respond(c, http.StatusOK, nil)
	}}})
}
