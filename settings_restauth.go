package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"watchword/auth/cookie"
	"watchword/auth/dialects/djrestauth"
	"watchword/schemes/jwt"
	"watchword/settings"
)

// restAuthConfig is REST_AUTH: the endpoints, and the cookies with tokens.
type restAuthConfig struct {
	djrestauth.Config
	Cookies jwt.CookieConfig `setting:",inline"`
}

// restAuthAt returns REST_AUTH as it holds at one mount of dj-rest-auth. The error is what is wrong with the changes that
// REST_AUTH_MOUNTS makes there.
func (s *Settings) restAuthAt(path string) (restAuthConfig, error) {
	cfg := s.RESTAuth
	err := s.RESTMounts[path].Apply(&cfg)
	return cfg, err
}

// restAuths returns REST_AUTH as it holds at each mount of dj-rest-auth, as far as its changes can be read.
func (s *Settings) restAuths() []restAuthConfig {
	var list []restAuthConfig
	for _, path := range s.Features.Mounts[mountRESTAuth] {
		cfg, _ := s.restAuthAt(path) // what is wrong is a fault of Validate
		list = append(list, cfg)
	}
	return list
}

// anyRESTAuth reports whether something holds at one of the mounts of dj-rest-auth.
func (s *Settings) anyRESTAuth(holds func(c restAuthConfig) bool) bool {
	return slices.ContainsFunc(s.restAuths(), holds)
}

// restAuthFaults returns what is wrong with REST_AUTH, and with its changes for single mounts.
func (s *Settings) restAuthFaults() []error {
	faults := []error{prefixed("REST_AUTH.", s.restAuthFault(s.RESTAuth))}
	for _, path := range slices.Sorted(maps.Keys(s.RESTMounts)) {
		if !slices.Contains(s.Features.Mounts[mountRESTAuth], path) {
			faults = append(faults, fmt.Errorf("REST_AUTH_MOUNTS: FEATURES.mounts has no dj-rest-auth at %q", path))
			continue
		}
		cfg, err := s.restAuthAt(path)
		if err == nil {
			err = prefixed("REST_AUTH_MOUNTS."+path+".", s.restAuthFault(cfg))
		}
		faults = append(faults, err)
	}
	return faults
}

// restAuthFault returns every fault of REST_AUTH at a mount, each beginning with the setting's name.
func (s *Settings) restAuthFault(cfg restAuthConfig) error {
	return errors.Join(s.restAuth(cfg).Validate(), cfg.Cookies.Validate())
}

// tokensInCookies reports whether logins set cookies with tokens.
func (c restAuthConfig) tokensInCookies() bool {
	return c.UseJWT && (c.Cookies.Name != "" || c.Cookies.RefreshName != "")
}

// sendsTokensAnywhere reports whether browsers send the access token along with requests of other sites, and nothing else
// is asked for.
func (c restAuthConfig) sendsTokensAnywhere() bool {
	return c.UseJWT && c.Cookies.Name != "" && c.Cookies.SameSite == cookie.None && !c.Cookies.UseCSRF && !c.Cookies.EnforceCSRF
}

// losesRefreshTokens reports whether refresh tokens are neither in bodies nor in cookies.
func (c restAuthConfig) losesRefreshTokens() bool {
	return c.UseJWT && c.HTTPOnly && c.Cookies.RefreshName == ""
}

// opensSessions reports whether logins open sessions.
func (c restAuthConfig) opensSessions() bool { return c.SessionLogin }

// restAuthMounts are the changes of REST_AUTH by paths.
type restAuthMounts map[string]settings.Changes
