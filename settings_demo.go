package main

import (
	"net"
	"strings"

	"watchword/auth"
	"watchword/demo/web"
	"watchword/email"
)

// listenVariable may be set for a demonstration: port 8000 is often taken.
const listenVariable = environPrefix + "LISTEN"

// nothingSet reports whether nobody has said anything about this server: there is no settings file and no variable but
// perhaps an address on loopback. Whoever starts it so wants to see what it is.
func nothingSet(file string, environ []string) bool {
	if file != "" {
		return false
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case !strings.HasPrefix(name, environPrefix):
		case name != listenVariable || !isLoopback(value):
			return false
		}
	}
	return true
}

// isLoopback reports whether only this machine can reach an address, host:port.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// demonstrate changes the defaults so that the pages of the demonstration can show every scheme: JWTs in cookies beside
// those in bodies, registration by every protocol with a mail to confirm, and mails on the page. Cookies travel over
// plain http, which reaches no further than this machine here.
func (s *Settings) demonstrate() {
	s.Project.Demo, s.Project.Tour = true, true
	s.Email.Backend = email.BackendInbox

	s.REST.Authentication = []authenticationClass{classJWTCookie} // and the same tokens in the header
	s.RESTAuth.HTTPOnly = true
	s.RESTAuth.Cookies.Name, s.RESTAuth.Cookies.RefreshName = "access-token", "refresh-token"
	s.RESTAuth.Cookies.RefreshPath = s.Features.Mounts.first(mountRESTAuth)
	s.RESTAuth.Cookies.Secure, s.Sessions.CookieSecure, s.CSRF.CookieSecure = false, false, false

	s.Accounts.EmailVerification, s.Signups.EmailRequired = auth.VerificationMandatory, true
	s.Registration.Enabled, s.Registration.Confirmation.Required = true, true
	s.AuthToken.ConfirmPage, s.AuthToken.ConfirmRedirect = true, web.Prefix+"#/login"
	s.AIKit.Frontend.ActivationRoute, s.AIKit.Frontend.ResetRoute = web.ActivatePath, web.ResetPath
}
