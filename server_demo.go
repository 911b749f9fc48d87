package main

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"watchword/auth/dialects"
	"watchword/auth/dialects/simplejwt"
	"watchword/demo"
	"watchword/demo/web"
	"watchword/schemes"
	"watchword/schemes/jwt"
)

// mountDemo puts on site the pages and views of DEMO, at paths of their own.
func (p *parts) mountDemo(site *dialects.Site) error {
	demo.MountViews(site, p.known...)
	demo.MountCSRF(site, p.protection)
	demo.MountTest(site, p.protection, p.known...)
	p.mountMPDB(site)
	var inbox web.Inbox
	if p.mails.inbox != nil {
		inbox = p.mails.inbox
	}
	whoami := withTokens(p.known, p.tokens)
	if p.settings.Project.Tour {
		web.MountRoot(site)
		whoami = p.demonstrated()
	}
	demo.MountWhoAmI(site, "/auth-demo/whoami/", whoami...)
	return web.Mount(site, p.settings.described(), inbox)
}

// mountMPDB puts on site the endpoint of a tutorial whose tokens say more about the user. Where the settings give one
// of its claims another meaning there is no such endpoint.
func (p *parts) mountMPDB(site *dialects.Site) {
	wider, err := p.widerBearer()
	if err != nil {
		return
	}
	cfg := p.settings.simpleJWT()
	cfg.Endpoints = []simplejwt.Endpoint{simplejwt.Obtain}
	simplejwt.Mount(site, "/api/token/mpdb/", simplejwt.New(cfg, simplejwt.Deps{
		Accounts: recording(p.settings, p.accounts), Tokens: wider,
	}))
}

// widerBearer returns the scheme of those tokens.
func (p *parts) widerBearer() (*jwt.Scheme, error) {
	return p.bearer.WithClaims(map[string]string{"username": "{username}", "sub": "MpdbUser"})
}

// demonstrated are the schemes that the demonstration resources know people by.
func (p *parts) demonstrated() []schemes.Scheme {
	all := map[authenticationClass]schemes.Scheme{
		classJWT: p.bearer, classAuthToken: p.tokens, classJWTCookie: p.pairs, classSession: p.sessions,
	}
	var list []schemes.Scheme
	for _, class := range p.settings.demonstrated() {
		list = append(list, all[class])
	}
	return list
}

// demonstrated names them: bearer JWTs and, where nothing is set and the demonstration is to show them all, every other
// one. A header goes before cookies, which browsers send by themselves.
func (s *Settings) demonstrated() []authenticationClass {
	if s.Project.Tour {
		return []authenticationClass{classJWT, classAuthToken, classJWTCookie, classSession}
	}
	return []authenticationClass{classJWT}
}

// described is what the pages are told about this server.
func (s *Settings) described() web.Server {
	restAuth := s.Features.Mounts.has(mountRESTAuth)
	cfg, _ := s.restAuthAt(s.Features.Mounts.first(mountRESTAuth)) // what is wrong is a fault of Validate
	server := web.Server{
		Tour: s.Project.Tour, Mails: string(s.Email.Backend), Mounts: s.Features.Mounts.firsts(),
		Rotates: s.JWT.RotateRefreshTokens, AccessLifetime: int(s.JWT.AccessTokenLifetime / time.Second),
		SessionCookie: s.Sessions.CookieName, CSRFCookie: s.CSRF.CookieName,
		CSRFHeader: http.CanonicalHeaderKey(headerName(s.CSRF.HeaderName)),
		Everywhere: s.Project.Tour,
		Signups:    restAuth && s.Features.Allauth,
		Registers:  s.Features.Mounts.has(mountAuthToken) && s.Registration.Enabled,
		Enrols:     s.Features.Mounts.has(mountAIKit) && s.AIKit.Views.Endpoints.Register,
	}
	if s.Docs.Serve {
		server.Docs = docsPath
	}
	if types := s.JWT.AuthHeaderTypes; len(types) > 0 {
		server.Bearer = types[0]
	}
	readsCookies := slices.Contains(s.REST.Authentication, classJWTCookie)
	if restAuth && readsCookies && cfg.UseJWT && cfg.HTTPOnly && cfg.Cookies.Name != "" {
		server.JWTCookies = &web.Cookies{Access: cfg.Cookies.Name, Refresh: cfg.Cookies.RefreshName}
	}
	if s.Project.Tour {
		server.Data, _ = s.sqliteFile()
	}
	return server
}

// keptIn is where a SQLite database is, as far as that is known.
func (s *Settings) keptIn() string {
	file, ok := s.sqliteFile()
	if !ok {
		return ""
	}
	if whole, err := filepath.Abs(file); err == nil {
		return whole
	}
	return file
}

// showingCookies lets the pages of DEMO see which cookies come and go.
func (s *Settings) showingCookies(h http.Handler) http.Handler {
	if !s.Project.Demo {
		return h
	}
	return web.ShowCookies(h)
}

// banner says on the console what somebody has started who has set nothing.
func (s *Settings) banner(url string) string {
	const line = "------------------------------------------------------------------------"
	return "\n" + line + "\n" +
		"  Watchword, as a demonstration: nothing is set, so everything is on.\n\n" +
		"  Try it:  " + strings.TrimSuffix(url, "/") + web.Prefix + "\n" +
		"  Data:    " + s.keptIn() + "\n" +
		"  Mails:   shown on that page, to everybody who opens it\n\n" +
		"  Only this machine can reach it. Never put it behind a proxy: set\n" +
		"  something (docs/settings.md), such as DEMO=false, and this ends.\n" + line + "\n\n"
}
