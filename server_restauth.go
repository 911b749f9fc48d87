package main

import (
	"cmp"
	"time"

	"watchword/auth"
	"watchword/auth/csrf"
	"watchword/auth/dialects/djrestauth"
	"watchword/models/gormstore"
	"watchword/schemes"
	"watchword/schemes/jwt"
	"watchword/schemes/token"
)

// newRESTAuth returns dj-rest-auth's endpoints.
func newRESTAuth(s *Settings, accounts *auth.Service, pairs *jwt.Cookies, sessions schemes.Scheme,
	resets *auth.ResetMails, store *gormstore.Store, known []schemes.Scheme,
	registration *djrestauth.Registration, providers *djrestauth.Social) (*djrestauth.Dialect, error) {
	if s.RESTAuth.SessionLogin {
		accounts = accounts.Recording() // a session is Django's own login, which notes the time
	}
	return djrestauth.New(s.restAuth(), djrestauth.Deps{
		Accounts: accounts, Schemes: known, Tokens: pairs, Sessions: sessions,
		Resets: resets, Keys: token.NewPlain(store, time.Now), Registration: registration,
		Social: providers,
	})
}

// restAuthConfig is REST_AUTH: the endpoints, and the cookies with tokens.
type restAuthConfig struct {
	djrestauth.Config
	Cookies jwt.CookieConfig `setting:",inline"`
}

// newCookies returns the scheme of JWTs in cookies.
func newCookies(s *Settings, bearer *jwt.Scheme, protection *csrf.Protection) *jwt.Cookies {
	cfg := s.RESTAuth.Cookies
	cfg.HTTPOnly = s.RESTAuth.HTTPOnly
	return jwt.NewCookies(cfg, bearer, protection)
}

// restAuth returns the Config of the dialect: REST_AUTH, and what other settings say about it.
func (s *Settings) restAuth() djrestauth.Config {
	cfg := s.RESTAuth.Config
	cfg.Serializers = s.Bodies
	cfg.LogoutOnGet = s.Project.LogoutOnGet
	cfg.TokenBlacklist = s.Features.TokenBlacklist
	cfg.Allauth = s.Features.Allauth
	cfg.Links = s.links()
	cfg.ResetLink = cmp.Or(s.Features.Links[linkPasswordReset], cfg.ResetLink)
	cfg.UsernameRequired, cfg.UsernameMinLength = s.Signups.UsernameRequired, s.Signups.UsernameMinLength
	cfg.EmailRequired = s.Signups.EmailRequired
	return cfg
}
