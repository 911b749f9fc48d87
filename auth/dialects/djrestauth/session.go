package djrestauth

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"watchword/auth/dialects"
	"watchword/models"
	"watchword/schemes"
)

// withSession returns scheme, or a scheme that opens a session at every login, too, if the settings want one.
func (d *Dialect) withSession(scheme schemes.Scheme) schemes.Scheme {
	if d.sessions == nil {
		return scheme
	}
	return both{scheme, d.sessions}
}

// both is a scheme whose logins also open a session. In all else it is the first of the two.
type both struct {
	schemes.Scheme
	sessions schemes.Scheme
}

// Issue makes the credential and opens the session, in the transaction that r carries.
func (b both) Issue(r *http.Request, u *models.User) (schemes.Grant, error) {
	grant, err := b.Scheme.Issue(r, u)
	if err != nil {
		return schemes.Grant{}, err
	}
	session, err := b.sessions.Issue(r, u)
	grant.Cookies = append(grant.Cookies, session.Cookies...)
	return grant, err
}

// endSession ends the session that the request belongs to, if logins open sessions.
//
// Source: django.contrib.auth.logout, which looks at the session whoever asks.
func (d *Dialect) endSession(c echo.Context) error {
	if d.sessions == nil {
		return nil
	}
	dialects.VaryByCookie(c)
	grant, err := d.sessions.Revoke(c.Request(), dialects.Current(c))
	dialects.SetCookies(c, grant.Cookies)
	return err
}
