package authtoken

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth"
)

// htmlType is the content type of what browsers are shown.
const htmlType = "text/html; charset=utf-8"

// confirm takes a confirmation link: when it is opened or, where there is a page behind it, when the button on the page
// is pressed. Nothing else confirms: programs that look where links lead send HEAD and OPTIONS.
//
// The token in the path is what proves that the sender may do this, so the button needs no protection from forgery.
//
// Source: rest_authtoken.views.confirm_email, a plain Django view that any method without CSRF protection confirms by.
func (d *Dialect) confirm(c echo.Context) error {
	header := c.Response().Header()
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set(echo.HeaderReferrerPolicy, "no-referrer") // the address holds the token
	switch method := c.Request().Method; {
	case method == http.MethodGet && !d.cfg.ConfirmPage, method == http.MethodPost && d.cfg.ConfirmPage:
		return d.take(c)
	case method == http.MethodGet, method == http.MethodHead && d.cfg.ConfirmPage:
		return showConfirmPage(c)
	case method == http.MethodPost:
		return echo.ErrForbidden
	}
	allowed := "GET"
	if d.cfg.ConfirmPage {
		allowed = "GET, HEAD, POST"
	}
	header.Set(echo.HeaderAllow, allowed)
	return echo.ErrMethodNotAllowed
}

// take confirms, and sends the browser on. Where to is the settings' business and never the request's.
func (d *Dialect) take(c echo.Context) error {
	err := d.deps.Confirmer.Confirm(c.Request().Context(), c.Param("token"))
	switch {
	case err == nil:
		return redirect(c, d.cfg.ConfirmRedirect)
	case !errors.Is(err, auth.ErrLinkInvalid):
		return err
	case d.cfg.ConfirmInvalidRedirect != "":
		return redirect(c, d.cfg.ConfirmInvalidRedirect)
	}
	return c.Blob(http.StatusBadRequest, htmlType, []byte("invalid token!"))
}

func redirect(c echo.Context, to string) error {
	header := c.Response().Header()
	header.Set(echo.HeaderLocation, to)
	header.Set(echo.HeaderContentType, htmlType)
	return c.NoContent(http.StatusFound)
}

// confirmPage asks before it confirms. The form goes to the address of the page itself.
const confirmPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Confirm your e-mail address</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 30rem; padding: 0 1rem }
button { font: inherit; padding: .5rem 1.5rem }
</style>
</head>
<body>
<h1>Confirm your e-mail address</h1>
<p>Press the button if you have registered here with this address.</p>
<form method="post"><button>Confirm my address</button></form>
</body>
</html>
`

// pagePolicy lets the page do nothing but send its form back to where it came from.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

func showConfirmPage(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy, pagePolicy)
	return c.Blob(http.StatusOK, htmlType, []byte(confirmPage))
}
