package main

import (
	"cmp"
	"time"

	"watchword/auth"
	"watchword/auth/dialects/djrestauth"
	"watchword/models/gormstore"
	"watchword/schemes"
	"watchword/schemes/jwt"
	"watchword/schemes/token"
)

// newRESTAuth returns dj-rest-auth's endpoints.
func newRESTAuth(s *Settings, accounts *auth.Service, bearer *jwt.Scheme, sessions schemes.Scheme,
	resets *auth.ResetMails, store *gormstore.Store, known []schemes.Scheme,
	registration *djrestauth.Registration, providers *djrestauth.Social) *djrestauth.Dialect {
	if s.RESTAuth.SessionLogin {
		accounts = accounts.Recording() // a session is Django's own login, which notes the time
	}
	return djrestauth.New(s.restAuth(), djrestauth.Deps{
		Accounts: accounts, Schemes: known, Tokens: bearer, Sessions: sessions,
		Resets: resets, Keys: token.NewPlain(store, time.Now), Registration: registration,
		Social: providers,
	})
}

// restAuth returns the Config of the dialect: REST_AUTH, and what other settings say about it.
func (s *Settings) restAuth() djrestauth.Config {
	cfg := s.RESTAuth
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
