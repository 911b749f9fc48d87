package main

import (
	"cmp"
	"time"

	"watchword/auth/csrf"
	"watchword/auth/dialects/djrestauth"
	"watchword/schemes/jwt"
	"watchword/schemes/token"
)

// newRESTAuth returns dj-rest-auth's endpoints for the mount at prefix.
func (p *parts) newRESTAuth(prefix string) (*djrestauth.Dialect, error) {
	s := p.settings
	cfg, err := s.restAuthAt(prefix)
	if err != nil {
		return nil, err
	}
	resets, err := newResetMails(s, p.accounts, p.store, p.mails)
	if err != nil {
		return nil, err
	}
	pairs := newCookies(cfg, p.bearer, p.protection)
	ask := newSchemes(s, p.accounts, p.bearer, pairs, p.tokens, p.sessions, p.rows)
	registration := newRegistration(s, cfg, p.accounts, p.store, p.verifications)
	providers, err := newSocial(s, cfg, p.accounts, p.store, p.verifications, registration, ask, p.log)
	if err != nil {
		return nil, err
	}
	accounts := p.accounts
	if cfg.SessionLogin {
		accounts = accounts.Recording() // a session is Django's own login, which notes the time
	}
	return djrestauth.New(s.restAuth(cfg), djrestauth.Deps{
		Accounts: accounts, Tokens: pairs, Sessions: p.sessions, Resets: resets,
		Schemes: ask,
		Keys:    token.NewPlain(p.store, time.Now), Registration: registration, Social: providers, Groups: p.store,
		Own: p.newOwnAccount(registration, resets),
	})
}

// newCookies returns the scheme of JWTs in cookies.
func newCookies(cfg restAuthConfig, bearer *jwt.Scheme, protection *csrf.Protection) *jwt.Cookies {
	cookies := cfg.Cookies
	cookies.HTTPOnly = cfg.HTTPOnly
	return jwt.NewCookies(cookies, bearer, protection)
}

// restAuth returns the Config of the dialect: REST_AUTH as it holds at a mount, and what other settings say about it.
func (s *Settings) restAuth(at restAuthConfig) djrestauth.Config {
	cfg := at.Config
	cfg.Serializers = s.Bodies
	cfg.LogoutOnGet = s.Project.LogoutOnGet
	cfg.TokenBlacklist = s.Features.TokenBlacklist
	cfg.Allauth = s.Features.Allauth
	cfg.Links = s.links()
	cfg.ResetLink = s.resetLink()
	cfg.UsernameRequired, cfg.UsernameMinLength = s.Signups.UsernameRequired, s.Signups.UsernameMinLength
	cfg.EmailRequired = s.Signups.EmailRequired
	return cfg
}

// resetLink is where links lead that set a new password.
func (s *Settings) resetLink() string {
	return cmp.Or(s.Features.Links[linkPasswordReset], s.RESTAuth.ResetLink)
}
